// What is told of calls when they end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <condition_variable>
#include <mutex>

#include "server/grpc/test_grpc_server.hpp"
#include "tei/v1/tei.pb.h"

namespace akidb::embedding::server {
namespace {

constexpr const char* kEmbed = "/tei.v1.Embed/Embed";
constexpr const char* kEmbedStream = "/tei.v1.Embed/EmbedStream";
constexpr const char* kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";

class Told : public ::testing::Test {
 protected:
  void SetUp() override {
    server_.start();
    server_.service->requests().add([this](const RequestRecord& record) {
      const std::lock_guard lock(mutex_);
      records_.push_back(record);
      changed_.notify_all();
    });
  }

  RequestRecord next() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return !records_.empty(); });
    RequestRecord record = records_.at(0);
    records_.erase(records_.begin());
    return record;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<RequestRecord> records_;
  TestGrpcServer server_;  // ends first
};

TEST_F(Told, OfACallWithItsTraceAndItsWork) {
  ::tei::v1::EmbedRequest in;
  in.set_inputs("two words");
  ::tei::v1::EmbedResponse out;
  const auto status = server_.call(kEmbed, in, out, [](auto& context) {
    context.AddMetadata("x-request-id", "mine");
    context.AddMetadata("traceparent", std::string("00-") + kTrace + "-00f067aa0ba902b7-01");
  });
  ASSERT_TRUE(status.ok()) << status.error_message();
  const auto record = next();
  EXPECT_EQ(record.door, "grpc");
  EXPECT_EQ(record.route, kEmbed);
  EXPECT_EQ(record.status, 0);
  EXPECT_EQ(record.id, "mine");
  EXPECT_EQ(record.trace.trace_id, kTrace);
  EXPECT_EQ(record.work.model, "hash");
  EXPECT_EQ(record.work.texts, 1U);
  EXPECT_GT(record.work.tokens, 2U);
}

TEST_F(Told, OfAStreamAsOne) {
  ::grpc::ClientContext context;
  const auto stream = server_.stream<::tei::v1::EmbedRequest, ::tei::v1::EmbedResponse>(kEmbedStream, context);
  ::tei::v1::EmbedRequest in;
  ::tei::v1::EmbedResponse out;
  for (int i = 0; i < 3; ++i) {
    in.set_inputs("text " + std::to_string(i));
    stream->Write(in);
    ASSERT_TRUE(stream->Read(&out));
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  const auto record = next();
  EXPECT_EQ(record.route, kEmbedStream);
  EXPECT_EQ(record.work.texts, 3U);
}

TEST_F(Told, OfCallsThatFail) {
  EXPECT_EQ(server_.status_of("/no.Service/Method").error_code(), ::grpc::StatusCode::UNIMPLEMENTED);
  const auto record = next();
  EXPECT_EQ(record.route, "");
  EXPECT_EQ(record.status, ::grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_FALSE(record.error.empty());
  EXPECT_FALSE(record.is_server_fault);
}

}  // namespace
}  // namespace akidb::embedding::server
