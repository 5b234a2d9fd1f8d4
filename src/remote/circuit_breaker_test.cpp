#include "remote/circuit_breaker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace akidb::embedding::remote {
namespace {

using Outcome = CircuitBreaker::Outcome;
using std::chrono::seconds;
using ::testing::HasSubstr;

struct Breaker : ::testing::Test {
  CircuitBreaker breaker{3, seconds(30)};
  CircuitBreaker::Clock::time_point now{seconds(1000)};

  bool passes() { return breaker.admit(now).has_value(); }
  void call(Outcome outcome) {
    ASSERT_TRUE(passes());
    breaker.record(outcome, now);
  }
  void open() {
    for (int i = 0; i < 3; ++i) call(Outcome::failed);
  }
};

TEST_F(Breaker, OpensAfterFailuresInARow) {
  call(Outcome::failed);
  call(Outcome::failed);
  call(Outcome::answered);
  call(Outcome::failed);
  call(Outcome::failed);
  EXPECT_TRUE(passes());
  call(Outcome::failed);
  now += seconds(10);
  const auto refused = breaker.admit(now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("3 times in a row and is left alone for 20 more seconds"));
}

TEST_F(Breaker, LetsOneCallThroughAfterTheRest) {
  open();
  now += seconds(30);
  EXPECT_TRUE(passes());
  EXPECT_FALSE(passes());
  breaker.record(Outcome::answered, now);
  EXPECT_TRUE(passes());
}

TEST_F(Breaker, OpensAgainWhereThatCallFails) {
  open();
  now += seconds(30);
  call(Outcome::failed);
  EXPECT_FALSE(passes());
  now += seconds(30);
  call(Outcome::answered);
  EXPECT_TRUE(passes());
}

TEST_F(Breaker, TriesAgainWhereThatCallWasAbandoned) {
  open();
  now += seconds(30);
  call(Outcome::abandoned);
  EXPECT_TRUE(passes());
}

TEST_F(Breaker, DoesNotCountWhatWasAbandoned) {
  for (int i = 0; i < 10; ++i) call(Outcome::abandoned);
  EXPECT_TRUE(passes());
}

}  // namespace
}  // namespace akidb::embedding::remote
