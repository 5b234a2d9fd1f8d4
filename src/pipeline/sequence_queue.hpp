// SequenceQueue: which sequences run next, and together.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/job.hpp"

namespace akidb::embedding::pipeline {

// What one forward pass computes.
struct Unit {
  std::vector<Sequence> sequences;
  std::size_t tokens = 0;
};

// The promises:
// - Interactive sequences go before bulk ones; but when bulk has waited for `bulk_age_limit` since it was
//   last served, one unit of it goes first.
// - Within a priority callers take turns, a unit each, and a caller's sequences lead in the order in which
//   they came.
// - A unit is filled with sequences of the leader's priority, of any caller: of the leader's length where
//   `equal_lengths` is set, else in turn.
// - Sequences of dead jobs are never in a unit.
// - std::bad_alloc leaves what waits as it was: a sequence is in the queue or with the caller.
// Not thread-safe. Costs per sequence do not depend on how many wait.
class SequenceQueue {
 public:
  struct Rules {
    bool equal_lengths = true;
    std::chrono::milliseconds bulk_age_limit{200};
  };

  explicit SequenceQueue(Rules rules) : rules_(rules) {}

  // All of the slice's sequences, or none and std::bad_alloc.
  void push(const std::shared_ptr<Slice>& slice, TimePoint now);

  // The next unit of about `target_tokens` tokens, at least one sequence; empty when nothing waits. Smaller where
  // memory runs out, std::bad_alloc where there is none for one sequence.
  // Sequences of dead jobs that were in the way are moved to `dead`.
  Unit pop(TimePoint now, std::size_t target_tokens, std::vector<Sequence>& dead);

  // Moves all sequences of dead jobs to `dead`.
  void remove_dead(TimePoint now, std::vector<Sequence>& dead);

  // Any that waits; nothing when none does.
  std::optional<Sequence> remove_one() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t tokens() const noexcept { return tokens_; }

  // Whether one unit that is large enough takes all that waits.
  [[nodiscard]] bool is_alike() const noexcept;

 private:
  struct Line;
  struct Node {
    Sequence sequence;
    std::list<Line>::iterator line;
    std::list<std::list<Node>::iterator>::iterator in_length;
  };
  // One caller's sequences, first come first.
  struct Line {
    std::string caller;
    std::list<Node> nodes;
  };
  // All that waits at one priority. `lines` is in the order of the callers' turns and has no empty line.
  struct Lane {
    std::list<Line> lines;
    std::unordered_map<std::string, std::list<Line>::iterator> by_caller;
    std::unordered_map<std::uint32_t, std::list<std::list<Node>::iterator>> by_length;
    TimePoint last_served;
  };

  [[nodiscard]] Lane* lane_to_serve(TimePoint now);
  // The next in turn among the living, or nothing when the lane has run empty.
  [[nodiscard]] bool find_leader(Lane& lane, TimePoint now, std::vector<Sequence>& dead);
  std::list<Line>::iterator line_of(Lane& lane, const std::string& caller, TimePoint now);
  void append(Lane& lane, std::list<Line>::iterator line, Sequence sequence);
  void end(Lane& lane, std::list<Line>::iterator line) noexcept;
  Sequence take(Lane& lane, std::list<Node>::iterator node) noexcept;
  void fill_with_length(Lane& lane, std::uint32_t length, std::size_t target_tokens, TimePoint now, Unit& unit,
                        std::vector<Sequence>& dead);
  void fill_in_turn(Lane& lane, std::size_t target_tokens, TimePoint now, Unit& unit, std::vector<Sequence>& dead);

  Rules rules_;
  std::array<Lane, 2> lanes_;  // by Priority
  std::size_t size_ = 0;
  std::size_t tokens_ = 0;
};

}  // namespace akidb::embedding::pipeline
