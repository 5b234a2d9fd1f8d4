#include "server/api/rate_limit.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::server {
namespace {

TEST(RateLimit, GivesEachCallerItsOwn) {
  auto now = std::chrono::steady_clock::time_point{} + std::chrono::hours(1);
  RateLimit limit(20, [&now] { return now; });  // two at once, then one in three seconds
  EXPECT_FALSE(limit.take("a"));
  EXPECT_FALSE(limit.take("a"));
  EXPECT_EQ(limit.take("a"), std::chrono::seconds(3));
  EXPECT_FALSE(limit.take("b"));
  now += std::chrono::seconds(2);
  EXPECT_EQ(limit.take("a"), std::chrono::seconds(1));
  now += std::chrono::seconds(1);
  EXPECT_FALSE(limit.take("a"));
  EXPECT_TRUE(limit.take("a"));
  now += std::chrono::hours(1);
  EXPECT_FALSE(limit.take("a"));
  EXPECT_FALSE(limit.take("a"));
  EXPECT_TRUE(limit.take("a"));
}

TEST(RateLimit, IsNoneAtZero) {
  RateLimit limit(0);
  for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(limit.take("a"));
}

}  // namespace
}  // namespace akidb::embedding::server
