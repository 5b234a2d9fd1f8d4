#include "server/api/call_head.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::server {
namespace {

using std::chrono::milliseconds;

TEST(CallHead, TakesTheEarliestOfAllDeadlines) {
  ApiOptions options;
  options.request_timeout = milliseconds(500);
  const auto left = [&](std::string_view timeout, std::optional<milliseconds> own) {
    EmbedCall call;
    if (own) call.request.deadline = call.received + *own;
    EXPECT_FALSE(apply_call_head({timeout, ""}, options, call));
    return call.request.deadline ? *call.request.deadline - call.received : milliseconds(-1);
  };
  EXPECT_EQ(left("", {}), milliseconds(500));
  EXPECT_EQ(left("100", {}), milliseconds(100));
  EXPECT_EQ(left("900", {}), milliseconds(500));
  EXPECT_EQ(left("100", milliseconds(50)), milliseconds(50));
  EXPECT_EQ(left("", milliseconds(900)), milliseconds(500));
  options.request_timeout = milliseconds(0);
  EXPECT_EQ(left("", {}), milliseconds(-1));
  EXPECT_EQ(left("900", {}), milliseconds(900));
}

TEST(CallHead, RefusesWhatItDoesNotKnow) {
  EmbedCall call;
  EXPECT_FALSE(apply_call_head({"", "bulk"}, {}, call));
  EXPECT_EQ(call.request.priority, Priority::bulk);
  for (const CallHead& head : {CallHead{"1s", ""}, CallHead{"-1", ""}, CallHead{"", "urgent"}}) {
    const auto problem = apply_call_head(head, {}, call);
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->error.code, ErrorCode::invalid_argument);
  }
}

TEST(CallHead, CountsCharactersNotBytes) { EXPECT_EQ(count_characters({"aé🙂", TokenIds{1, 2}, ""}), 5U); }

}  // namespace
}  // namespace akidb::embedding::server
