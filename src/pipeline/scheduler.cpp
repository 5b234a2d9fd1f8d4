#include "pipeline/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace akidb::embedding::pipeline {
namespace {

// How long a sequence of a dead job may hold its place in the queue.
constexpr std::chrono::milliseconds kSweepInterval{50};

}  // namespace

Scheduler::Scheduler(Executor& executor, Admission& admission, const UnitRunner& runner, Options options,
                     std::function<void(const std::shared_ptr<Job>&)> feed)
    : executor_(executor),
      admission_(admission),
      runner_(runner),
      options_(std::move(options)),
      feed_(std::move(feed)),
      queue_(options_.rules) {}

Scheduler::~Scheduler() {
  std::vector<Sequence> left;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    queue_.remove_all(left);
  }
  for (const auto& sequence : left) {
    sequence.job().fail({ErrorCode::unavailable, "the provider is shutting down", {}, {}});
  }
  let_go(left);
  std::unique_lock lock(mutex_);
  all_ended_.wait(lock, [this] { return running_ == 0; });
}

Result<void> Scheduler::submit(const std::shared_ptr<Slice>& slice, bool must_fit) {
  const std::size_t sequences = slice->sequences();
  const std::size_t tokens = slice->token_ids.size();
  if (must_fit) {
    if (auto admitted = admission_.admit(sequences, tokens); !admitted) return admitted;
  } else {
    admission_.admit_anyway(sequences, tokens);
  }
  bool closing = false;
  {
    const std::lock_guard lock(mutex_);
    closing = closing_;
    if (!closing) {
      slice->job->queued += sequences;
      queue_.push(slice, now());
    }
  }
  if (closing) {
    admission_.release(sequences, tokens);
    return Error{ErrorCode::unavailable, "the provider is shutting down", {}, {}};
  }
  start_workers();
  return {};
}

void Scheduler::start_workers() {
  std::size_t to_start = 0;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t wanted = std::min<std::size_t>(executor_.size(), queue_.size());
    if (wanted > running_) {
      to_start = wanted - running_;
      running_ += to_start;
    }
  }
  for (; to_start != 0; --to_start) executor_.post([this] { run_one(); });
}

std::size_t Scheduler::target_tokens() const {
  const std::size_t share = queue_.tokens() / std::max<std::size_t>(1, executor_.size()) + 1;
  return std::clamp(share, std::min(options_.least_unit_tokens, options_.unit_tokens), options_.unit_tokens);
}

Unit Scheduler::next_unit(std::vector<Sequence>& dead, backend::Cores& cores) {
  const auto time = now();
  const std::lock_guard lock(mutex_);
  if (time - last_sweep_ >= kSweepInterval) {
    last_sweep_ = time;
    queue_.remove_dead(time, dead);
  }
  auto unit = queue_.pop(time, target_tokens(), dead);
  // Alone on an idle machine: nothing else waits or runs here, and every other worker sleeps.
  const bool alone = queue_.size() == 0 && running_ == 1 && executor_.idle() + 1 >= executor_.size();
  cores = alone ? backend::Cores::all : backend::Cores::one;
  return unit;
}

// One unit, then back to the end of the executor's line: other providers share the workers.
void Scheduler::run_one() {
  std::vector<Sequence> dead;
  auto cores = backend::Cores::one;
  auto unit = next_unit(dead, cores);
  bury(dead);
  if (!unit.sequences.empty()) {
    auto computed = runner_.compute(unit, cores);
    // Before the answers: whoever has one finds its room free.
    let_go(unit.sequences);
    runner_.deliver(unit, std::move(computed));
    feed_jobs(unit);
    unit = {};
  }
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() == 0) {
      --running_;
      if (running_ == 0) all_ended_.notify_all();
      return;
    }
  }
  executor_.post([this] { run_one(); });
}

void Scheduler::bury(std::vector<Sequence>& dead) {
  for (const auto& sequence : dead) sequence.job().answer_if_dead(now());
  let_go(dead);
  dead.clear();
}

void Scheduler::let_go(const std::vector<Sequence>& sequences) {
  std::size_t tokens = 0;
  for (const auto& sequence : sequences) {
    tokens += sequence.length();
    --sequence.job().queued;
  }
  if (!sequences.empty()) admission_.release(sequences.size(), tokens);
}

void Scheduler::feed_jobs(const Unit& unit) {
  const Job* previous = nullptr;
  for (const auto& sequence : unit.sequences) {
    if (&sequence.job() == previous) continue;
    previous = &sequence.job();
    feed_(sequence.slice->job);
  }
}

}  // namespace akidb::embedding::pipeline
