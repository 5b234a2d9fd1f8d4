// The N-th allocation of the server and of its provider fails, for every N until a request needs no more: each client
// gets an answer or the end of its connection, and the next request is answered as ever.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <utility>
#include <vector>

#include "server/http/net/test_server.hpp"
#include "support/replaced_new.hpp"

namespace {

thread_local bool is_spared = false;  // the test's own thread
std::atomic<int> until_failure{0};    // allocations; 0: none fails
std::atomic<int> failures{0};         // that follow each other
std::atomic<bool> has_failed{false};

bool fails() noexcept {
  if (is_spared || until_failure.load(std::memory_order_relaxed) == 0) return false;
  const int left = until_failure.fetch_sub(1);
  if (left > failures.load()) return false;
  if (left <= 1) until_failure = 0;
  has_failed = true;
  return true;
}

}  // namespace

void* akidb::embedding::test::allocate(std::size_t bytes) noexcept {
  return fails() ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
}

namespace akidb::embedding::server {
namespace {

struct Case {
  const char* path;
  std::string body;
  std::vector<int> runs = {1};  // how many allocations fail, one after the other
};

std::string long_list() {
  std::string body = R"({"inputs":["a)";
  for (int i = 0; i < 30; ++i) body += "\",\"" + std::string(700, 'a');  // goes to the pool
  return body + "\"]}";
}

// What a client is told: the status, or 0 where the connection ended.
int told(const TestServer& server, const Case& given) {
  auto client = server.client();
  try {
    return client.post(given.path, given.body).status;
  } catch (const boost::system::system_error&) {  // reset while it still sent
    return 0;
  }
}

TEST(ScarceMemory, EndsRequestsAndNothingElse) {
  is_spared = true;
  TestServer server;
  server.http.connection.write_timeout = std::chrono::milliseconds(300);
  server.http.connection.head_timeout = std::chrono::milliseconds(300);
  server.start();
  const Case cases[] = {
      {"/v1/akidb/embed", R"({"inputs":["a","b"],"format":"raw"})", {1, 8}},
      {"/v1/embeddings", R"({"input":["a",[1,2]],"encoding_format":"base64"})"},
      {"/embed", R"({"inputs":["a","b","a"]})"},
      {"/embed", long_list()},
      {"/tokenize", R"({"inputs":"some words"})"},
      {"/v2/embed", R"({"texts":["a"],"embedding_types":["float","int8"]})"},
      {"/api/embed", R"({"model":"hash","input":"a"})"},
      {"/v2/models/hash/infer", R"({"inputs":[{"name":"a","shape":[1],"datatype":"BYTES","data":["a"]}]})"},
      {"/embed", R"({"inputs":7})"},
  };
  for (const auto& each : cases) {
    const int good = told(server, each);
    ASSERT_TRUE(good == 200 || good == 422) << each.path;
    for (const int run : each.runs) {
      int failed_at = 0;
      int answered = 0;
      for (int n = 1; n == failed_at + 1; ++n) {
        has_failed = false;
        failures = run;
        until_failure = n + run - 1;
        const int status = told(server, each);
        until_failure = 0;
        if (has_failed) failed_at = n;
        answered += status != 0 ? 1 : 0;
        EXPECT_TRUE(status == good || status == 429 || status == 0) << each.path << ' ' << status << " at " << n;
        ASSERT_EQ(told(server, each), good) << each.path << " after " << n;
      }
      EXPECT_GT(failed_at, 20) << each.path;
      EXPECT_GT(answered, run == 1 ? failed_at / 2 : 0) << each.path;
    }
  }
  EXPECT_EQ(server.service->in_flight(), 0U);
}

}  // namespace
}  // namespace akidb::embedding::server
