#include "server/api/admission.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace akidb::embedding::server {
namespace {

using std::chrono::seconds;

TEST(Admission, HoldsEachOfItsBounds) {
  Admission admission({2, 10, 100});
  auto first = admission.admit({1, 10}, "a");
  ASSERT_TRUE(first);
  EXPECT_FALSE(admission.admit({10, 10}, "a"));  // texts
  EXPECT_FALSE(admission.admit({1, 91}, "a"));   // bytes
  auto second = admission.admit({1, 10}, "a");
  ASSERT_TRUE(second);
  EXPECT_FALSE(admission.admit({1, 1}, "a"));  // requests
  second.reset();
  EXPECT_TRUE(admission.admit({1, 1}, "a"));
  first.reset();
  EXPECT_EQ(admission.held().requests, 0U);
  EXPECT_TRUE(admission.admit({1'000, 1'000}, "a"));  // alone, whatever its size
}

TEST(Admission, LeavesHalfToOthersOnceTheyAreThere) {
  Admission admission({10, 1'000, 1'000});
  std::vector<std::optional<Admission::Ticket>> greedy;
  for (int i = 0; i < 9; ++i) greedy.push_back(admission.admit({1, 1}, "greedy"));
  EXPECT_TRUE(greedy.back());
  auto other = admission.admit({1, 1}, "other");
  ASSERT_TRUE(other);
  greedy.pop_back();
  EXPECT_FALSE(admission.admit({1, 1}, "greedy"));
  EXPECT_TRUE(admission.admit({1, 1}, "third"));
}

TEST(Admission, SaysWhenToComeAgainFromWhatWasFinished) {
  auto now = DrainRate::TimePoint{} + seconds(100);
  Admission admission({100, 1'000, 1'000}, [&now] { return now; });
  EXPECT_EQ(admission.retry_after(), seconds(1));
  for (int i = 0; i < 10; ++i) {
    const auto ticket = admission.admit({10, 1}, "a");
    now += seconds(1);
  }
  // Ten texts a second, and a hundred that wait.
  const auto waiting = admission.admit({100, 1}, "a");
  EXPECT_GE(admission.retry_after(), seconds(9));
  EXPECT_LE(admission.retry_after(), seconds(12));
}

TEST(Admission, TakesNothingWhileTooMuchWaitsForItsClients) {
  Admission admission({10, 10, 10, 100});
  {
    Admission::Unsent half(admission, 50);
    EXPECT_FALSE(admission.is_clogged());
    Admission::Unsent more(admission, 50);
    EXPECT_TRUE(admission.is_clogged());
    EXPECT_FALSE(admission.admit({1, 1}, "a"));
    half = {};
    EXPECT_EQ(admission.unsent(), 50U);
    EXPECT_TRUE(admission.admit({1, 1}, "a"));
    Admission::Unsent moved(std::move(more));
    EXPECT_EQ(admission.unsent(), 50U);
  }
  EXPECT_EQ(admission.unsent(), 0U);
}

}  // namespace
}  // namespace akidb::embedding::server
