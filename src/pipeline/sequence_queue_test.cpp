#include "pipeline/sequence_queue.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace akidb::embedding::pipeline {
namespace {

using std::chrono::milliseconds;

// A time that the test moves.
class Clock {
 public:
  TimePoint now() const { return now_; }
  void advance(milliseconds by) { now_ += by; }

 private:
  TimePoint now_{std::chrono::hours(1)};
};

struct JobPlan {
  std::vector<std::uint32_t> lengths = {};
  std::string caller = {};
  Priority priority = Priority::interactive;
  CancelToken cancel = {};
  std::optional<TimePoint> deadline = {};
};

// Inputs' token ids are all 7; what matters here is how many there are.
std::shared_ptr<Slice> slice_of(const JobPlan& plan) {
  BatchEmbeddingRequest request;
  request.caller = plan.caller;
  request.priority = plan.priority;
  request.cancel = plan.cancel;
  request.deadline = plan.deadline;
  auto slice = std::make_shared<Slice>();
  for (const auto length : plan.lengths) {
    request.inputs.emplace_back(TokenIds(length, 7));
    slice->token_ids.insert(slice->token_ids.end(), length, 7);
    slice->offsets.push_back(static_cast<std::uint32_t>(slice->token_ids.size()));
  }
  const auto ignore = [](const Result<BatchEmbeddingResponse>&) {};
  slice->job = std::make_shared<Job>(Submission{std::move(request), {}}, "fake", AnswerSpace{}, ignore);
  return slice;
}

class SequenceQueueTest : public testing::Test {
 protected:
  void push(const JobPlan& plan) { queue_.push(slice_of(plan), clock_.now()); }

  Unit pop(std::size_t target_tokens = 1'000) { return queue_.pop(clock_.now(), target_tokens, dead_); }

  static std::vector<std::string> callers(const Unit& unit) {
    std::vector<std::string> names;
    for (const auto& sequence : unit.sequences) names.push_back(sequence.job().request().caller);
    return names;
  }

  static std::vector<std::uint32_t> lengths(const Unit& unit) {
    std::vector<std::uint32_t> all;
    for (const auto& sequence : unit.sequences) all.push_back(sequence.length());
    return all;
  }

  Clock clock_;
  SequenceQueue queue_{SequenceQueue::Rules{}};
  std::vector<Sequence> dead_;
};

using Lengths = std::vector<std::uint32_t>;
using Names = std::vector<std::string>;

TEST_F(SequenceQueueTest, AnEmptyQueueGivesAnEmptyUnit) {
  EXPECT_TRUE(pop().sequences.empty());
  push({.lengths = {3}});
  EXPECT_EQ(pop().sequences.size(), 1U);
  EXPECT_TRUE(pop().sequences.empty());
  EXPECT_EQ(queue_.size(), 0U);
  EXPECT_EQ(queue_.tokens(), 0U);
}

TEST_F(SequenceQueueTest, UnitsHoldTheLeadersLengthAlone) {
  push({.lengths = {5, 9, 5, 2, 5}});
  EXPECT_EQ(lengths(pop()), (Lengths{5, 5, 5}));
  EXPECT_EQ(lengths(pop()), (Lengths{9}));
  EXPECT_EQ(lengths(pop()), (Lengths{2}));
}

TEST_F(SequenceQueueTest, UnitsStayWithinTheTargetButAreNeverEmpty) {
  push({.lengths = {10, 10, 10, 10}});
  EXPECT_EQ(pop(25).tokens, 20U);
  EXPECT_EQ(pop(3).tokens, 10U);
  EXPECT_EQ(queue_.tokens(), 10U);
}

TEST_F(SequenceQueueTest, InteractiveGoesBeforeBulk) {
  push({.lengths = {4, 6}, .caller = "bulk", .priority = Priority::bulk});
  push({.lengths = {4}, .caller = "person"});
  EXPECT_EQ(callers(pop()), (Names{"person"}));
  EXPECT_EQ(callers(pop()), (Names{"bulk"}));
}

TEST_F(SequenceQueueTest, BulkThatWaitedLongGoesFirstOnceInAnAge) {
  push({.lengths = Lengths(10, 4), .caller = "bulk", .priority = Priority::bulk});
  push({.lengths = Lengths(10, 4), .caller = "person"});
  clock_.advance(milliseconds(199));
  EXPECT_EQ(callers(pop(4)), (Names{"person"}));
  clock_.advance(milliseconds(1));
  EXPECT_EQ(callers(pop(4)), (Names{"bulk"}));
  EXPECT_EQ(callers(pop(4)), (Names{"person"}));
  clock_.advance(milliseconds(200));
  EXPECT_EQ(callers(pop(4)), (Names{"bulk"}));
}

TEST_F(SequenceQueueTest, BulkNeverStarvesUnderEndlessInteractiveWork) {
  push({.lengths = Lengths(5, 8), .caller = "bulk", .priority = Priority::bulk});
  int bulk_units = 0;
  for (int round = 0; round < 1'000; ++round) {
    push({.lengths = {8}, .caller = "person"});
    clock_.advance(milliseconds(5));
    bulk_units += callers(pop(8)) == Names{"bulk"} ? 1 : 0;
  }
  EXPECT_EQ(bulk_units, 5);
}

TEST_F(SequenceQueueTest, OneCallersBigListDoesNotDelayAnothers) {
  push({.lengths = Lengths(2'048, 16), .caller = "big"});
  push({.lengths = {30}, .caller = "small"});
  EXPECT_EQ(callers(pop(16)), (Names{"big"}));
  EXPECT_EQ(callers(pop(16)), (Names{"small"}));
}

// Connections with a text each: whoever came first is computed first, also where a unit ends several lines.
TEST_F(SequenceQueueTest, LinesThatRunEmptyPassNobodyBy) {
  SequenceQueue queue({.equal_lengths = false});
  Names came;
  Names served;
  for (int i = 0; i < 10; ++i) {
    came.push_back(std::to_string(i));
    queue.push(slice_of({.lengths = {2}, .caller = came.back()}), clock_.now());
  }
  while (queue.size() != 0) {
    for (auto& name : callers(queue.pop(clock_.now(), 6, dead_))) served.push_back(std::move(name));
  }
  EXPECT_EQ(served, came);
}

TEST_F(SequenceQueueTest, CallersTakeTurns) {
  for (const char* caller : {"a", "b", "c"}) push({.lengths = {1, 2, 3}, .caller = caller});
  Names leaders;
  while (queue_.size() != 0) leaders.push_back(callers(pop(1)).front());
  EXPECT_EQ(leaders, (Names{"a", "b", "c", "a", "b", "c", "a", "b", "c"}));
}

TEST_F(SequenceQueueTest, CancelledAndExpiredSequencesAreNeverInAUnit) {
  const auto cancel = CancelToken::create();
  push({.lengths = {5, 5}, .caller = "cancelled", .cancel = cancel});
  push({.lengths = {5}, .caller = "expired", .deadline = clock_.now() + milliseconds(10)});
  push({.lengths = {5}, .caller = "living"});
  cancel.cancel();
  clock_.advance(milliseconds(10));
  EXPECT_EQ(callers(pop()), (Names{"living"}));
  EXPECT_EQ(dead_.size() + queue_.size(), 3U);
  queue_.remove_dead(clock_.now(), dead_);
  EXPECT_EQ(dead_.size(), 3U);
  EXPECT_EQ(queue_.size(), 0U);
  EXPECT_EQ(queue_.tokens(), 0U);
}

TEST_F(SequenceQueueTest, ADeadlineThatHasNotPassedHoldsNothingBack) {
  push({.lengths = {5}, .caller = "in time", .deadline = clock_.now() + milliseconds(10)});
  clock_.advance(milliseconds(9));
  EXPECT_EQ(callers(pop()), (Names{"in time"}));
}

TEST_F(SequenceQueueTest, RemoveOneLeavesNothingInTheEnd) {
  push({.lengths = {1, 2}, .caller = "a"});
  push({.lengths = {3}, .caller = "b", .priority = Priority::bulk});
  for (int left = 3; left > 0; --left) EXPECT_TRUE(queue_.remove_one());
  EXPECT_FALSE(queue_.remove_one());
  EXPECT_EQ(queue_.tokens(), 0U);
  EXPECT_TRUE(pop().sequences.empty());
}

TEST_F(SequenceQueueTest, WithoutEqualLengthsUnitsAreFilledInTurn) {
  SequenceQueue any({.equal_lengths = false, .bulk_age_limit = milliseconds(200)});
  any.push(slice_of({.lengths = {3, 4}, .caller = "a"}), clock_.now());
  any.push(slice_of({.lengths = {5}, .caller = "b"}), clock_.now());
  const auto unit = any.pop(clock_.now(), 100, dead_);
  EXPECT_EQ(lengths(unit), (Lengths{3, 5, 4}));
  EXPECT_EQ(any.size(), 0U);
}

TEST_F(SequenceQueueTest, WhatIsAlikeFitsOneUnit) {
  EXPECT_TRUE(queue_.is_alike());
  push({.lengths = {5, 5}, .caller = "a"});
  push({.lengths = {5}, .caller = "b"});
  EXPECT_TRUE(queue_.is_alike());
  push({.lengths = {6}});
  EXPECT_FALSE(queue_.is_alike());
  pop();
  EXPECT_TRUE(queue_.is_alike());
  push({.lengths = {6}, .priority = Priority::bulk});
  EXPECT_FALSE(queue_.is_alike());
}

TEST_F(SequenceQueueTest, WithoutEqualLengthsAnyLengthsAreAlike) {
  SequenceQueue any({.equal_lengths = false, .bulk_age_limit = milliseconds(200)});
  any.push(slice_of({.lengths = {5, 6, 7}}), clock_.now());
  EXPECT_TRUE(any.is_alike());
}

// Whatever comes in comes out once, in units of one length within the target.
TEST_F(SequenceQueueTest, NothingIsLostOrDoubled) {
  std::uint32_t state = 1;
  const auto random = [&](std::uint32_t below) {
    state = state * 1'664'525U + 1'013'904'223U;
    return (state >> 8U) % below;
  };
  std::size_t pushed = 0;
  std::size_t popped = 0;
  for (int round = 0; round < 2'000; ++round) {
    JobPlan plan{.lengths = {}, .caller = std::string(1, static_cast<char>('a' + random(5)))};
    plan.priority = random(2) == 0 ? Priority::bulk : Priority::interactive;
    for (std::uint32_t left = random(6); left != 0; --left) plan.lengths.push_back(1 + random(12));
    pushed += plan.lengths.size();
    push(plan);
    clock_.advance(milliseconds(random(30)));
    for (std::uint32_t left = random(4); left != 0; --left) {
      const auto unit = pop(1 + random(64));
      popped += unit.sequences.size();
      for (const auto length : lengths(unit)) ASSERT_EQ(length, unit.sequences.front().length());
    }
  }
  while (queue_.size() != 0) popped += pop().sequences.size();
  EXPECT_EQ(popped, pushed);
  EXPECT_TRUE(dead_.empty());
}

}  // namespace
}  // namespace akidb::embedding::pipeline
