// The remote provider against a server that misbehaves in every way that a line below names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/log.hpp>
#include <akidb/embedding/open.hpp>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "base/json.hpp"
#include "providers/remote/remote_provider.hpp"
#include "remote/endpoint.hpp"
#include "scripted_server.hpp"

namespace akidb::embedding {
namespace {

using test::Heard;
using test::Reply;
using test::ScriptedServer;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

// The text "7" is the vector 7 1.
std::string rows_for(const Heard& heard) {
  std::string rows = "[";
  const auto document = base::JsonDocument::parse(heard.body, "body");
  (void)document->root().at("inputs")->for_each_element([&](std::size_t i, const base::JsonValue& input) {
    const std::string text(*input.as_string());
    rows += (i > 0 ? ",[" : "[") + (text.find_first_not_of("0123456789") == std::string::npos ? text : "0") + ",1]";
    return Result<void>();
  });
  return rows + "]";
}

Reply good(std::size_t /*call*/, const Heard& heard) { return {.body = rows_for(heard)}; }

// As make_remote_provider() does, with short waits.
providers::RemoteParts parts_for(const ScriptedServer& server) {
  providers::RemoteParts parts;
  parts.client.wire = *remote::find_wire("tei");
  parts.client.url = *remote::call_url(*parts.client.wire, server.url(), "m");
  parts.client.timeout = 2s;
  parts.client.backoff = {.retries = 3, .first = 4ms, .longest = 20ms, .longest_asked = 2s};
  parts.client.failures = 100;
  parts.model = "m";
  return parts;
}

std::unique_ptr<EmbeddingProvider> open_at(ScriptedServer& server, providers::RemoteParts parts) {
  auto provider = providers::RemoteProvider::open(std::move(parts));
  if (!provider) ADD_FAILURE() << to_string(provider.error());
  server.play(good);
  return provider ? *std::move(provider) : nullptr;
}

struct Row {
  const char* name;
  std::vector<Reply> replies;  // the last one again and again; then, where it is good, good ones
  bool then_good = false;
  std::optional<ErrorCode> code{};  // nothing: vectors
  const char* words = "";
  std::size_t calls = 1;
};

std::vector<Row> rows() {
  using enum ErrorCode;
  const std::string html = "<html><body>502 Bad Gateway</body></html>";
  return {
      {"500 then 200", {{.status = 500, .body = "{}"}}, true, {}, "", 2},
      {"503 503 503 then 200", {{.status = 503}, {.status = 503}, {.status = 503}}, true, {}, "", 4},
      {"503 for ever", {{.status = 503, .body = R"({"error":"Model is loading"})"}}, false, unavailable, "503", 4},
      {"502 as HTML", {{.status = 502, .body = html}}, false, unavailable, "502", 4},
      {"408 then 200", {{.status = 408}}, true, {}, "", 2},
      {"429 then 200", {{.status = 429}}, true, {}, "", 2},
      {"429 with Retry-After", {{.status = 429, .headers = "Retry-After: 1\r\n"}}, true, {}, "", 2},
      {"429 for long",
       {{.status = 429, .headers = "Retry-After: 3600\r\n"}},
       false,
       resource_exhausted,
       "wait 3600 s",
       1},
      {"429 for more seconds than 64 bits hold",
       {{.status = 429, .headers = "Retry-After: 999999999999999999999\r\n"}},
       false,
       resource_exhausted,
       "wait 31536000 s",
       1},
      {"429 for ever", {{.status = 429}}, false, resource_exhausted, "no more calls", 4},
      {"503 for long", {{.status = 503, .headers = "Retry-After: 900\r\n"}}, false, unavailable, "wait 900 s", 1},
      {"400", {{.status = 400, .body = R"({"error":"too odd"})"}}, false, invalid_argument, "refuses", 1},
      {"401", {{.status = 401}}, false, unauthenticated, "key", 1},
      {"403", {{.status = 403}}, false, unauthenticated, "key", 1},
      {"404", {{.status = 404}}, false, not_found, "does not know the model", 1},
      {"405", {{.status = 405}}, false, unsupported, "does not offer", 1},
      {"413", {{.status = 413}}, false, invalid_argument, "as large as this", 1},
      {"422", {{.status = 422}}, false, invalid_argument, "refuses", 1},
      {"501", {{.status = 501}}, false, unsupported, "does not offer", 1},
      {"a redirect",
       {{.status = 302, .headers = "Location: http://127.0.0.1:1/\r\n"}},
       false,
       unavailable,
       "not followed",
       1},
      {"reset then 200", {{.resets = true}}, true, {}, "", 2},
      {"reset for ever", {{.resets = true}}, false, unavailable, "broke off", 4},
      {"cut short then 200", {{.body = "[[1,1],", .cut = 100}}, true, {}, "", 2},
      {"cut short for ever", {{.body = "[[1,1],", .cut = 100}}, false, unavailable, "broke off", 4},
      {"cut without a length", {{.body = "[[1,1],", .without_length = true}}, false, data_corrupt, "answer", 1},
      {"without a length", {{.body = "[[1,1],[2,1]]", .without_length = true}}, false, {}, "", 1},
      {"HTML with 200", {{.body = html}}, false, data_corrupt, "HTML", 1},
      {"nothing with 200", {{.body = ""}}, false, data_corrupt, "found nothing", 1},
      {"no JSON", {{.body = "OK"}}, false, data_corrupt, "answer", 1},
      {"too few rows", {{.body = "[[1,1]]"}}, false, data_corrupt, "expected 2 rows, found 1", 1},
      {"too many rows", {{.body = "[[1,1],[2,1],[3,1]]"}}, false, data_corrupt, "expected 2 rows, found 3", 1},
      {"no rows", {{.body = "[]"}}, false, data_corrupt, "expected 2 rows, found 0", 1},
      {"another dimension", {{.body = "[[1,1,1],[2,1,1]]"}}, false, data_corrupt, "2 values as before, found 3", 1},
      {"rows of several lengths", {{.body = "[[1,1],[2]]"}}, false, data_corrupt, "found 1", 1},
      {"NaN", {{.body = "[[NaN,1],[2,1]]"}}, false, data_corrupt, "answer", 1},
      {"null for a value", {{.body = "[[1,null],[2,1]]"}}, false, data_corrupt, "found null", 1},
      {"null for a row", {{.body = "[null,[2,1]]"}}, false, data_corrupt, "found null", 1},
      {"infinity", {{.body = "[[1e300,1],[2,1]]"}}, false, data_corrupt, "not finite", 1},
      {"a row for each token", {{.body = "[[[1,1]],[[2,1]]]"}}, false, unsupported, "each token", 1},
      {"an endless body", {{.body = std::string(4'000'000, ' ')}}, false, data_corrupt, "expected at most", 1},
      {"slow but in time", {{.body = "[[1,1],[2,1]]", .delay = 300ms}}, false, {}, "", 1},
  };
}

TEST(RemoteProvider, StandsUpToAServerThatMisbehaves) {
  ASSERT_GE(rows().size(), 40U);
  ScriptedServer server(good);
  const auto provider = open_at(server, parts_for(server));
  ASSERT_TRUE(provider);
  for (const auto& row : rows()) {
    SCOPED_TRACE(row.name);
    server.play([&row](std::size_t call, const Heard& heard) {
      if (call >= row.replies.size() && row.then_good) return good(call, heard);
      return row.replies[std::min(call, row.replies.size() - 1)];
    });
    const auto response = provider->embed_batch({.inputs = {"1", "2"}});
    EXPECT_EQ(server.calls(), row.calls);
    ASSERT_EQ(response.has_value(), !row.code) << (response ? "" : to_string(response.error()));
    if (response) {
      EXPECT_EQ(response->embeddings.row(0)[0], 1);
      EXPECT_EQ(response->embeddings.row(1)[0], 2);
    } else {
      EXPECT_EQ(response.error().code, *row.code) << to_string(response.error());
      EXPECT_THAT(response.error().message, HasSubstr(row.words));
    }
  }
}

TEST(RemoteProvider, WaitsAsLongAsTheServerAsks) {
  ScriptedServer server(good);
  const auto provider = open_at(server, parts_for(server));
  ASSERT_TRUE(provider);
  server.play([](std::size_t call, const Heard& heard) {
    return call == 0 ? Reply{.status = 429, .headers = "Retry-After: 1\r\n"} : good(call, heard);
  });
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(provider->embed_batch({.inputs = {"1"}}));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 1s);
}

TEST(RemoteProvider, SplitsARequestAndBringsRowsHomeByIndex) {
  ScriptedServer server(good);
  const auto provider = open_at(server, parts_for(server));
  ASSERT_TRUE(provider);
  std::atomic<int> refused{0};
  server.play([&](std::size_t call, const Heard& heard) {
    if (call % 3 == 1 && refused++ < 3) return Reply{.status = 503};
    auto reply = good(call, heard);
    reply.delay = std::chrono::milliseconds(call % 4 * 7);
    return reply;
  });
  BatchEmbeddingRequest request;
  for (int i = 0; i < 333; ++i) request.inputs.emplace_back(std::to_string(i));
  const auto response = provider->embed_batch(std::move(request));
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(server.calls(), 11U + 3U);  // of 32 texts, and what was refused
  for (std::size_t i = 0; i < 333; ++i) EXPECT_EQ(response->embeddings.row(i)[0], static_cast<float>(i));
}

TEST(RemoteProvider, CutsAndNormalisesWhereItIsAsked) {
  ScriptedServer server([](std::size_t, const Heard&) { return Reply{.body = "[[0.6,0,0.8]]"}; });
  auto provider = providers::RemoteProvider::open(parts_for(server));
  ASSERT_TRUE(provider) << to_string(provider.error());
  const auto info = (*provider)->model_info();
  EXPECT_EQ(info->dimension, 3U);
  EXPECT_TRUE(info->normalized);
  EXPECT_EQ(info->provider, "remote");
  EXPECT_EQ((*provider)->tokenizer(), nullptr);
  const auto cut = (*provider)->embed_batch({.inputs = {"a"}, .dimensions = 1});
  ASSERT_TRUE(cut) << to_string(cut.error());
  EXPECT_EQ(cut->embeddings.row(0)[0], 1.0F);
  const auto as_is = (*provider)->embed_batch({.inputs = {"a"}, .normalize = Normalize::no, .dimensions = 1});
  ASSERT_TRUE(as_is) << to_string(as_is.error());
  EXPECT_EQ(as_is->embeddings.row(0)[0], 0.6F);
  EXPECT_FALSE((*provider)->embed_batch({.inputs = {"a"}, .dimensions = 4}));
  EXPECT_TRUE((*provider)->health_check());
}

TEST(RemoteProvider, EndsAtTheDeadline) {
  ScriptedServer server(good);
  const auto provider = open_at(server, parts_for(server));
  ASSERT_TRUE(provider);
  server.play([](std::size_t, const Heard&) { return Reply{.body = "[[1,1]]", .delay = 5s}; });
  const auto begin = std::chrono::steady_clock::now();
  auto response = provider->embed_batch({.inputs = {"1"}, .deadline = begin + 200ms});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::deadline_exceeded) << to_string(response.error());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
  // Nor does it wait for a time to come that is behind it.
  server.play([](std::size_t, const Heard&) { return Reply{.status = 429, .headers = "Retry-After: 2\r\n"}; });
  response = provider->embed_batch({.inputs = {"1"}, .deadline = std::chrono::steady_clock::now() + 1s});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::deadline_exceeded);
  EXPECT_THAT(response.error().detail, HasSubstr("429"));
  EXPECT_EQ(server.calls(), 1U);
}

TEST(RemoteProvider, EndsWhenItIsCancelled) {
  ScriptedServer server(good);
  const auto provider = open_at(server, parts_for(server));
  ASSERT_TRUE(provider);
  server.play([](std::size_t, const Heard&) { return Reply{.body = "[[1,1]]", .delay = 1900ms}; });
  const auto cancel = CancelToken::create();
  std::thread canceller([&] {
    std::this_thread::sleep_for(50ms);
    cancel.cancel();
  });
  const auto response = provider->embed_batch({.inputs = {"1"}, .cancel = cancel});
  canceller.join();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::cancelled) << to_string(response.error());
}

TEST(RemoteProvider, EndsWhatIsQueuedWhenItGoes) {
  ScriptedServer server(good);
  auto provider = open_at(server, parts_for(server));
  ASSERT_TRUE(provider);
  server.play([](std::size_t, const Heard&) { return Reply{.status = 503}; });
  std::atomic<int> unavailable{0};
  for (int i = 0; i < 20; ++i) {
    provider->embed_batch_async({.inputs = {"1"}}, [&](const Result<BatchEmbeddingResponse>& outcome) {
      if (!outcome && outcome.error().code == ErrorCode::unavailable) ++unavailable;
    });
  }
  provider.reset();
  EXPECT_EQ(unavailable, 20);
}

TEST(RemoteProvider, RefusesWhatItsQueueCannotHold) {
  ScriptedServer server(good);
  auto parts = parts_for(server);
  parts.max_queued = 3;
  const auto provider = open_at(server, std::move(parts));
  ASSERT_TRUE(provider);
  server.play([](std::size_t call, const Heard& heard) {
    auto reply = good(call, heard);
    reply.delay = 300ms;
    return reply;
  });
  std::atomic<int> done{0};
  provider->embed_batch_async({.inputs = {"1", "2"}}, [&](const Result<BatchEmbeddingResponse>&) { ++done; });
  const auto response = provider->embed_batch({.inputs = {"1", "2"}});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::resource_exhausted);
  while (done == 0) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(provider->embed_batch({.inputs = {"1", "2", "3", "4", "5"}}));
}

TEST(RemoteProvider, LeavesASickServerAlone) {
  ScriptedServer server(good);
  auto parts = parts_for(server);
  parts.client.failures = 2;
  parts.client.rest = 200ms;
  const auto provider = open_at(server, std::move(parts));
  ASSERT_TRUE(provider);
  server.play([](std::size_t, const Heard&) { return Reply{.status = 500}; });
  EXPECT_FALSE(provider->embed_batch({.inputs = {"1"}}));
  EXPECT_EQ(server.calls(), 2U);
  const auto refused = provider->embed_batch({.inputs = {"1"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("left alone"));
  EXPECT_EQ(server.calls(), 2U);
  server.play(good);
  std::this_thread::sleep_for(250ms);
  EXPECT_TRUE(provider->embed_batch({.inputs = {"1"}}));
}

// Through the public door: the key reaches the server, and nothing and nobody else.
TEST(RemoteProvider, KeepsTheKeyToItselfAndItsServer) {
  const std::string key = "sk-akidb-0123456789";
  const auto file = std::filesystem::path(::testing::TempDir()) / "akidb_remote_test.key";
  std::ofstream(file) << key << "\n";
  std::string log;
  set_log_sink([&](LogLevel, std::string_view line) { log.append(line) += '\n'; }, LogLevel::debug);
  ScriptedServer server(good);
  ProviderOptions options;
  options.provider = ProviderKind::remote;
  options.remote.wire = "tei";
  options.remote.endpoint = server.url();
  options.remote.key_file = file;
  options.remote.retries = 1;
  const auto provider = open(options);
  ASSERT_TRUE(provider) << to_string(provider.error());
  EXPECT_THAT(server.heard().at(0).head, HasSubstr("Authorization: Bearer " + key + "\r\n"));
  for (const int status : {400, 401, 403, 404, 429, 500}) {
    server.play([&](std::size_t, const Heard&) {
      return Reply{.status = status, .body = R"({"error":"what of )" + key + R"( ?"})"};
    });
    const auto response = (*provider)->embed_batch({.inputs = {"1"}});
    ASSERT_FALSE(response);
    EXPECT_THAT(to_string(response.error()), Not(HasSubstr("sk-akidb"))) << status;
  }
  EXPECT_THAT(log, HasSubstr("trying again"));
  EXPECT_THAT(log, Not(HasSubstr("sk-akidb")));
  EXPECT_THAT((*provider)->model_info()->device_reason, Not(HasSubstr("sk-akidb")));
  set_log_sink({});
  std::filesystem::remove(file);
}

TEST(RemoteProvider, SaysWhatIsWrongWhenItIsOpened) {
  ProviderOptions options;
  options.provider = ProviderKind::remote;
  options.remote.retries = 0;
  options.remote.wire = "soap";
  EXPECT_EQ(open(options).error().code, ErrorCode::invalid_argument);
  options.remote.wire = "tei";
  EXPECT_EQ(open(options).error().code, ErrorCode::invalid_argument);
  options.remote.endpoint = "http://127.0.0.1:1";
  EXPECT_EQ(open(options).error().code, ErrorCode::unavailable);
  options.offline = true;
  EXPECT_THAT(open(options).error().message, HasSubstr("offline"));
}

}  // namespace
}  // namespace akidb::embedding
