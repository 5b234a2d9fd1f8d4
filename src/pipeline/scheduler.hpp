// Scheduler: sequences of all callers, bounded, onto the workers of an executor.
#pragma once

#include <akidb/embedding/result.hpp>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>

#include "base/executor.hpp"
#include "pipeline/admission.hpp"
#include "pipeline/sequence_queue.hpp"
#include "pipeline/unit_runner.hpp"

namespace akidb::embedding::pipeline {

// Thread-safe. At most one unit per worker runs at a time; units shrink towards the end of the queue so
// that all workers end together. What is too little for a unit on each core is one unit, and on an idle
// machine all cores work on it.
class Scheduler {
 public:
  struct Options {
    SequenceQueue::Rules rules;
    std::size_t unit_tokens = 512;
    // A unit is not split for the sake of idle workers below this size.
    std::size_t least_unit_tokens = 64;
    std::function<TimePoint()> clock = [] { return std::chrono::steady_clock::now(); };
  };

  // `feed` is called on a worker for each job that had sequences in a finished unit. All references must
  // outlive the scheduler.
  Scheduler(Executor& executor, Admission& admission, const UnitRunner& runner, Options options,
            std::function<void(const std::shared_ptr<Job>&)> feed);

  // Ends what waits as `unavailable` and waits for running units.
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // Queues the slice's sequences. `must_fit`: resource_exhausted when they do not fit the bounds. std::bad_alloc
  // leaves nothing behind.
  Result<void> submit(const std::shared_ptr<Slice>& slice, bool must_fit);

  [[nodiscard]] TimePoint now() const { return options_.clock(); }

 private:
  [[nodiscard]] bool queue(const std::shared_ptr<Slice>& slice);  // false while closing
  void start_workers() noexcept;
  void miss_workers(std::size_t count) noexcept;
  [[nodiscard]] bool post_worker() noexcept;
  void run_one() noexcept;
  bool run_unit() noexcept;  // false where there was none
  Unit next_unit(std::vector<Sequence>& dead, backend::Cores& cores);
  bool give_up_one(ErrorCode code, std::string_view message) noexcept;
  [[nodiscard]] bool is_little() const noexcept;
  [[nodiscard]] std::size_t share_of_worker() const noexcept;
  void bury(std::vector<Sequence>& dead) noexcept;
  void let_go(std::span<const Sequence> sequences) noexcept;
  void feed_jobs(const Unit& unit);

  Executor& executor_;
  Admission& admission_;
  const UnitRunner& runner_;
  Options options_;
  std::function<void(const std::shared_ptr<Job>&)> feed_;

  mutable std::mutex mutex_;
  std::condition_variable all_ended_;
  SequenceQueue queue_;
  std::size_t running_ = 0;    // workers that hold or look for a unit of ours
  std::size_t computing_ = 0;  // those of them that hold one
  bool on_all_cores_ = false;  // the only one
  bool closing_ = false;
  TimePoint last_sweep_{};
};

}  // namespace akidb::embedding::pipeline
