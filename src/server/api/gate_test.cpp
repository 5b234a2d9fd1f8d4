#include "server/api/gate.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::server {
namespace {

TEST(Gate, KnowsTheServersNamesWhateverThePort) {
  const ApiKeys keys;
  RateLimit rate(0);
  ApiOptions options;
  options.hosts = {"localhost", "[::1]"};
  const Gate gate(keys, rate, options);
  std::string caller = "peer";
  for (const char* host : {"localhost", "localhost:8081", "[::1]", "[::1]:8081"}) {
    EXPECT_FALSE(gate.turned_away({host, "", false}, caller)) << host;
  }
  for (const char* host : {"", "evil.example", "evil.example:8081", "localhost.evil.example", "::1"}) {
    const auto problem = gate.turned_away({host, "", true}, caller);
    ASSERT_TRUE(problem) << host;
    EXPECT_EQ(problem->reason, Reason::wrong_host);
  }
  EXPECT_FALSE(gate.turned_away({std::nullopt, "", false}, caller));
  options.hosts.clear();
  EXPECT_FALSE(gate.turned_away({"evil.example", "", false}, caller));
  EXPECT_EQ(caller, "peer");
}

TEST(Gate, AsksForAKeyAndCountsItsRequests) {
  ApiKeys keys;
  KeySet set;
  ASSERT_TRUE(set.add("secret"));
  keys.set(std::move(set));
  RateLimit rate(10);  // one at once
  const ApiOptions options;
  const Gate gate(keys, rate, options);
  std::string caller = "peer";
  EXPECT_FALSE(gate.turned_away({"", "", true}, caller));
  for (const char* key : {"", "wrong"}) {
    const auto problem = gate.turned_away({"", key, false}, caller);
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->error.code, ErrorCode::unauthenticated);
    EXPECT_EQ(caller, "peer");
  }
  EXPECT_FALSE(gate.turned_away({"", "secret", false}, caller));
  EXPECT_TRUE(caller.starts_with("key-"));
  const auto problem = gate.turned_away({"", "secret", false}, caller);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->reason, Reason::rate_limited);
  EXPECT_GT(problem->retry_after.count(), 0);
}

TEST(Gate, ReadsTheBearerScheme) {
  EXPECT_EQ(bearer_key("Bearer abc"), "abc");
  EXPECT_EQ(bearer_key("bEARER abc"), "abc");
  EXPECT_EQ(bearer_key("Basic abc"), "");
  EXPECT_EQ(bearer_key("Bearer"), "");
}

}  // namespace
}  // namespace akidb::embedding::server
