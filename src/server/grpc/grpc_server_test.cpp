// What holds for every method: who may call, limits, order, health, drain. On the hash provider.
#include "server/grpc/grpc_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "akidb/embedding/v1/embedding.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "server/grpc/method.hpp"
#include "server/grpc/test_grpc_server.hpp"
#include "tei/v1/tei.pb.h"

namespace akidb::embedding::server {
namespace {

using ::grpc::StatusCode;
using Health = ::grpc::health::v1::HealthCheckResponse;

constexpr const char* kEmbed = "/tei.v1.Embed/Embed";
constexpr const char* kEmbedStream = "/tei.v1.Embed/EmbedStream";
constexpr const char* kCheck = "/grpc.health.v1.Health/Check";
constexpr const char* kWatch = "/grpc.health.v1.Health/Watch";

KeySet one_key() {
  KeySet keys;
  EXPECT_TRUE(keys.add("secret"));
  return keys;
}

void with_key(::grpc::ClientContext& context) { context.AddMetadata("authorization", "Bearer secret"); }

::tei::v1::EmbedRequest text(std::string words) {
  ::tei::v1::EmbedRequest request;
  request.set_inputs(std::move(words));
  return request;
}

TEST(GrpcServer, EveryMethodButTheOpenOnesNeedsAKey) {
  TestGrpcServer server;
  server.keys.set(one_key());
  server.start();
  std::size_t open = 0;
  for (const auto& method : method_table()) {
    const std::string path(method.path);
    if (method.shape == Shape::watch) continue;  // has no end of its own
    const auto without = server.status_of(path).error_code();
    const auto wrong = server.status_of(path, [](auto& context) { context.AddMetadata("authorization", "Bearer x"); });
    if (method.open) {
      ++open;
      EXPECT_EQ(without, StatusCode::OK) << path;
    } else {
      EXPECT_EQ(without, StatusCode::UNAUTHENTICATED) << path;
      EXPECT_EQ(wrong.error_code(), StatusCode::UNAUTHENTICATED) << path;
      EXPECT_NE(server.status_of(path, with_key).error_code(), StatusCode::UNAUTHENTICATED) << path;
    }
  }
  EXPECT_EQ(open, 4U);
  EXPECT_EQ(server.status_of("/no.Service/Method").error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(server.status_of("/no.Service/Method", with_key).error_code(), StatusCode::UNIMPLEMENTED);
  const auto other_field = [](auto& context) { context.AddMetadata("x-api-key", "secret"); };
  EXPECT_NE(server.status_of(kEmbed, other_field).error_code(), StatusCode::UNAUTHENTICATED);
}

TEST(GrpcServer, GoesByItsOwnNamesOnly) {
  TestGrpcServer server;
  server.api.hosts = {"localhost", "127.0.0.1"};
  server.start();
  ::tei::v1::EmbedResponse out;
  EXPECT_TRUE(server.call(kEmbed, text("a"), out).ok());
  const auto other = [](auto& context) { context.set_authority("evil.example"); };
  EXPECT_EQ(server.call(kEmbed, text("a"), out, other).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(server.status_of(kWatch, other).error_code(), StatusCode::PERMISSION_DENIED);
}

TEST(GrpcServer, BoundsMessagesAndRefusesCompressedOnes) {
  TestGrpcServer server;
  server.grpc.message_bytes = 100'000;
  server.start();
  ::tei::v1::EmbedResponse out;
  EXPECT_EQ(server.call(kEmbed, text(std::string(200'000, 'a')), out).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  const auto gzip = [](auto& context) { context.set_compression_algorithm(GRPC_COMPRESS_GZIP); };
  EXPECT_EQ(server.call(kEmbed, text(std::string(50'000, 'a')), out, gzip).error_code(), StatusCode::UNIMPLEMENTED);
  EXPECT_TRUE(server.call(kEmbed, text("a"), out).ok());
}

TEST(GrpcServer, SaysWhichMessageItExpected) {
  TestGrpcServer server;
  server.start();
  ::tei::v1::DecodeRequest other;
  other.mutable_ids()->Add(1);
  ::tei::v1::EmbedResponse out;
  const auto status = server.call(kEmbed, text("bad \xff utf-8"), out);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), testing::HasSubstr("tei.v1.EmbedRequest"));
}

TEST(GrpcServer, TakesDeadlinePriorityAndRequestId) {
  TestGrpcServer server;
  server.start();
  ::tei::v1::EmbedResponse out;
  const auto with = [&](const char* name, const char* value) {
    return server.call(kEmbed, text("a"), out, [=](auto& context) { context.AddMetadata(name, value); }).error_code();
  };
  EXPECT_EQ(with("x-priority", "bulk"), StatusCode::OK);
  EXPECT_EQ(with("x-priority", "urgent"), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(with("x-request-timeout-ms", "0"), StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(with("x-request-timeout-ms", "soon"), StatusCode::INVALID_ARGUMENT);
  ::grpc::ClientContext context;
  context.AddMetadata("x-request-id", "mine-1");
  const auto call = server.stream<::tei::v1::EmbedRequest, ::tei::v1::EmbedResponse>(kEmbed, context);
  call->Write(text("a"));
  call->WritesDone();
  EXPECT_TRUE(call->Read(&out));
  EXPECT_TRUE(call->Finish().ok());
  const auto& metadata = context.GetServerInitialMetadata();
  ASSERT_EQ(metadata.count("x-request-id"), 1U);
  EXPECT_EQ(metadata.find("x-request-id")->second, "mine-1");
  EXPECT_EQ(metadata.count("x-compute-tokens"), 1U);
}

TEST(GrpcServer, LimitsTheRequestsOfAKey) {
  TestGrpcServer server;
  server.keys.set(one_key());
  server.options.requests_per_minute = 20;  // two at once
  server.start();
  ::tei::v1::EmbedResponse out;
  EXPECT_TRUE(server.call(kEmbed, text("a"), out, with_key).ok());
  EXPECT_TRUE(server.call(kEmbed, text("a"), out, with_key).ok());
  EXPECT_EQ(server.call(kEmbed, text("a"), out, with_key).error_code(), StatusCode::RESOURCE_EXHAUSTED);
}

// A server with room for two requests at once, and a stream that would have more: its messages wait for one another.
TEST(GrpcServer, AnswersAStreamInItsOrderWhateverRoomThereIs) {
  TestGrpcServer server;
  server.options.bounds.requests = 2;
  server.start();
  constexpr int kMessages = 500;
  std::vector<std::vector<float>> alone;
  for (int i = 0; i < 10; ++i) {
    ::tei::v1::EmbedResponse out;
    ASSERT_TRUE(server.call(kEmbed, text("text " + std::to_string(i)), out).ok());
    alone.emplace_back(out.embeddings().begin(), out.embeddings().end());
  }
  ::grpc::ClientContext context;
  const auto call = server.stream<::tei::v1::EmbedRequest, ::tei::v1::EmbedResponse>(kEmbedStream, context);
  std::thread writer([&] {
    for (int i = 0; i < kMessages; ++i) call->Write(text("text " + std::to_string(i % 10)));
    call->WritesDone();
  });
  int answers = 0;
  ::tei::v1::EmbedResponse out;
  while (call->Read(&out)) {
    const std::vector<float> row(out.embeddings().begin(), out.embeddings().end());
    EXPECT_EQ(row, alone[static_cast<std::size_t>(answers % 10)]) << answers;
    ++answers;
  }
  writer.join();
  const auto status = call->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answers, kMessages);
  EXPECT_EQ(server.service->in_flight(), 0U);
}

TEST(GrpcServer, EndsAStreamAtItsFirstBadMessage) {
  TestGrpcServer server;
  server.start();
  ::grpc::ClientContext context;
  const auto call = server.stream<::tei::v1::EmbedRequest, ::tei::v1::EmbedResponse>(kEmbedStream, context);
  call->Write(text("good"));
  auto bad = text("bad");
  bad.set_dimensions(1'000'000);
  call->Write(bad);
  call->Write(text("never answered"));
  call->WritesDone();
  ::tei::v1::EmbedResponse out;
  EXPECT_TRUE(call->Read(&out));
  EXPECT_FALSE(call->Read(&out));
  EXPECT_EQ(call->Finish().error_code(), StatusCode::INVALID_ARGUMENT);
}

Health::ServingStatus health(const TestGrpcServer& server, const char* name) {
  ::grpc::health::v1::HealthCheckRequest in;
  in.set_service(name);
  Health out;
  const auto status = server.call(kCheck, in, out);
  if (status.error_code() == StatusCode::NOT_FOUND) return Health::SERVICE_UNKNOWN;
  EXPECT_TRUE(status.ok()) << status.error_message();
  return out.status();
}

TEST(GrpcServer, HealthFollowsTheModelsAndTheDrain) {
  TestGrpcServer server;
  server.start(false);
  ::grpc::ClientContext context;
  const auto watch = server.stream<::grpc::health::v1::HealthCheckRequest, Health>(kWatch, context);
  ::grpc::health::v1::HealthCheckRequest in;
  in.set_service("hash");
  watch->Write(in);
  watch->WritesDone();
  Health said;
  ASSERT_TRUE(watch->Read(&said));
  EXPECT_EQ(said.status(), Health::NOT_SERVING);
  for (const char* name : {"", "hash", "alias", "tei.v1.Embed", "inference.GRPCInferenceService"}) {
    EXPECT_EQ(health(server, name), Health::NOT_SERVING) << name;
  }
  ::tei::v1::EmbedResponse out;
  EXPECT_EQ(server.call(kEmbed, text("a"), out).error_code(), StatusCode::UNAVAILABLE);

  server.load();
  ASSERT_TRUE(watch->Read(&said));
  EXPECT_EQ(said.status(), Health::SERVING);
  for (const char* name : {"", "hash", "alias", "tei.v1.Embed", "inference.GRPCInferenceService"}) {
    EXPECT_EQ(health(server, name), Health::SERVING) << name;
  }
  EXPECT_EQ(health(server, "tei.v1.Rerank"), Health::NOT_SERVING);
  EXPECT_EQ(health(server, "nobody"), Health::SERVICE_UNKNOWN);

  server.service->drain();
  server.server->state_changed();
  ASSERT_TRUE(watch->Read(&said));
  EXPECT_EQ(said.status(), Health::NOT_SERVING);
  EXPECT_EQ(health(server, "hash"), Health::NOT_SERVING);
  EXPECT_EQ(server.call(kEmbed, text("a"), out).error_code(), StatusCode::UNAVAILABLE);
  server.server->drain(std::chrono::seconds(30));
  EXPECT_FALSE(watch->Read(&said));
  EXPECT_EQ(watch->Finish().error_code(), StatusCode::UNAVAILABLE);
}

TEST(GrpcServer, DrainEndsIdleStreamsAfterTheirAnswers) {
  TestGrpcServer server;
  server.start();
  ::grpc::ClientContext context;
  const auto call = server.stream<::tei::v1::EmbedRequest, ::tei::v1::EmbedResponse>(kEmbedStream, context);
  call->Write(text("a"));
  ::tei::v1::EmbedResponse out;
  ASSERT_TRUE(call->Read(&out));
  EXPECT_TRUE(server.server->has_calls());
  server.service->drain();
  server.server->drain(std::chrono::seconds(30));
  EXPECT_FALSE(call->Read(&out));
  EXPECT_EQ(call->Finish().error_code(), StatusCode::UNAVAILABLE);
  server.server->stop();
  EXPECT_FALSE(server.server->has_calls());
}

TEST(GrpcServer, RefusesCallsAboveItsBound) {
  TestGrpcServer server;
  server.grpc.calls = 1;
  server.start();
  ::grpc::ClientContext context;
  const auto call = server.stream<::tei::v1::EmbedRequest, ::tei::v1::EmbedResponse>(kEmbedStream, context);
  call->Write(text("a"));
  ::tei::v1::EmbedResponse out;
  ASSERT_TRUE(call->Read(&out));
  EXPECT_EQ(server.call(kEmbed, text("a"), out).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  call->WritesDone();
  EXPECT_TRUE(call->Finish().ok());
}

TEST(GrpcServer, AClientThatLeavesFreesItsCall) {
  TestGrpcServer server;
  server.start();
  for (int i = 0; i < 50; ++i) {
    ::grpc::ClientContext context;
    const auto call = server.stream<::tei::v1::EmbedRequest, ::tei::v1::EmbedResponse>(kEmbedStream, context);
    call->Write(text("a"));
    context.TryCancel();
    EXPECT_EQ(call->Finish().error_code(), StatusCode::CANCELLED);
  }
  for (int i = 0; i < 5'000 && server.server->has_calls(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_FALSE(server.server->has_calls());
  EXPECT_EQ(server.service->in_flight(), 0U);
}

TEST(GrpcServer, CountsCallsByMethodAndStatus) {
  TestGrpcServer server;
  server.start();
  ::tei::v1::EmbedResponse out;
  EXPECT_TRUE(server.call(kEmbed, text("a"), out).ok());
  EXPECT_EQ(server.status_of("/no.Service/Method").error_code(), StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(server.service->metrics().text(),
              testing::AllOf(testing::HasSubstr("akidb_embed_grpc_requests_total{method=\"/tei.v1.Embed/Embed\","
                                                "family=\"tei\",code=\"OK\"} 1"),
                             testing::HasSubstr("method=\"other\",family=\"akidb\",code=\"UNIMPLEMENTED\"} 1")));
}

}  // namespace
}  // namespace akidb::embedding::server
