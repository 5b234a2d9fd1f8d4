#include "remote/backoff.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::remote {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Backoff, DoublesUpToTheLongest) {
  const Backoff backoff{.retries = 9};
  for (const auto& [number, time] :
       {std::pair(1U, 500), {2U, 1000}, {3U, 2000}, {6U, 16000}, {7U, 20000}, {9U, 20000}}) {
    EXPECT_EQ(backoff.before(number, {}, 1), milliseconds(time)) << number;
    EXPECT_EQ(backoff.before(number, {}, 0), milliseconds(time / 2)) << number;
  }
}

TEST(Backoff, EndsAfterItsRetries) {
  EXPECT_TRUE((Backoff{.retries = 2}.before(2, {}, 0)));
  EXPECT_FALSE((Backoff{.retries = 2}.before(3, {}, 0)));
  EXPECT_FALSE((Backoff{.retries = 0}.before(1, seconds(1), 0)));
}

TEST(Backoff, IsNeverEarlierThanTheServerAsks) {
  const Backoff backoff;
  EXPECT_EQ(backoff.before(1, seconds(7), 0), milliseconds(7000));
  EXPECT_EQ(backoff.before(1, seconds(7), 1), milliseconds(7250));
  EXPECT_TRUE(backoff.before(1, seconds(60), 0));
  EXPECT_FALSE(backoff.before(1, seconds(61), 0));
}

}  // namespace
}  // namespace akidb::embedding::remote
