#include "pipeline/scheduler.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <string>
#include <utility>

namespace akidb::embedding::pipeline {
namespace {

// How long a sequence of a dead job may hold its place in the queue.
constexpr std::chrono::milliseconds kSweepInterval{50};

constexpr std::string_view kShuttingDown = "the provider is shutting down";
constexpr std::string_view kNoMemory = "not enough memory to run the model";

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
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  while (give_up_one(ErrorCode::unavailable, kShuttingDown)) {
  }
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
  try {
    if (!queue(slice)) {
      admission_.release(sequences, tokens);
      return Error{ErrorCode::unavailable, std::string(kShuttingDown), {}, {}};
    }
  } catch (const std::bad_alloc&) {
    admission_.release(sequences, tokens);
    throw;
  }
  start_workers();
  return {};
}

bool Scheduler::queue(const std::shared_ptr<Slice>& slice) {
  const std::lock_guard lock(mutex_);
  if (closing_) return false;
  queue_.push(slice, now());
  slice->job->queued += slice->sequences();
  return true;
}

void Scheduler::start_workers() noexcept {
  std::size_t to_start = 0;
  {
    const std::lock_guard lock(mutex_);
    if (on_all_cores_) return;  // whoever is at it looks again
    const std::size_t looking = running_ - computing_;
    const std::size_t wanted = running_ == 0 && is_little() ? 1 : queue_.size();
    if (wanted > looking) to_start = std::min(wanted - looking, executor_.size() - running_);
    running_ += to_start;
  }
  for (; to_start != 0; --to_start) {
    if (!post_worker()) break;
  }
  if (to_start != 0) miss_workers(to_start);
}

bool Scheduler::post_worker() noexcept {
  try {
    executor_.post([this] { run_one(); });
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

// Fewer will do; where there is none at all, nobody would ever come for what waits.
void Scheduler::miss_workers(std::size_t count) noexcept {
  bool has_workers = true;
  {
    const std::lock_guard lock(mutex_);
    running_ -= count;
    has_workers = running_ != 0;
    if (!has_workers) all_ended_.notify_all();
  }
  while (!has_workers && give_up_one(ErrorCode::resource_exhausted, kNoMemory)) {
  }
}

// Whether what waits fits one unit and would leave cores idle in units of their own.
bool Scheduler::is_little() const noexcept {
  const std::size_t enough = executor_.size() * options_.least_unit_tokens;
  return queue_.tokens() < enough && queue_.tokens() <= options_.unit_tokens && queue_.is_alike();
}

std::size_t Scheduler::share_of_worker() const noexcept {
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
  // Nothing else runs here, and every other worker sleeps.
  const bool alone = running_ == 1 && executor_.idle() + 1 >= executor_.size();
  auto unit = queue_.pop(time, alone && is_little() ? options_.unit_tokens : share_of_worker(), dead);
  cores = alone && queue_.size() == 0 ? backend::Cores::all : backend::Cores::one;
  on_all_cores_ = cores == backend::Cores::all;
  if (!unit.sequences.empty()) ++computing_;
  return unit;
}

// One unit, then back to the end of the executor's line: other providers share the workers.
void Scheduler::run_one() noexcept {
  do {
    const bool computed = run_unit();
    const std::lock_guard lock(mutex_);
    if (computed) --computing_;
    on_all_cores_ = false;
    if (queue_.size() == 0) {
      --running_;
      if (running_ == 0) all_ended_.notify_all();
      return;
    }
  } while (!post_worker());
}

bool Scheduler::run_unit() noexcept {
  std::vector<Sequence> dead;
  Unit unit;
  auto cores = backend::Cores::one;
  try {
    unit = next_unit(dead, cores);
  } catch (const std::bad_alloc&) {
    give_up_one(ErrorCode::resource_exhausted, kNoMemory);
  }
  bury(dead);
  if (unit.sequences.empty()) return false;
  if (cores == backend::Cores::one) start_workers();  // for what was thought to be one unit and was not
  auto computed = runner_.compute(unit, cores);
  // Before the answers: whoever has one finds its room free.
  let_go(unit.sequences);
  runner_.deliver(unit, std::move(computed));
  feed_jobs(unit);
  return true;
}

bool Scheduler::give_up_one(ErrorCode code, std::string_view message) noexcept {
  std::optional<Sequence> sequence;
  {
    const std::lock_guard lock(mutex_);
    sequence = queue_.remove_one();
  }
  if (!sequence) return false;
  sequence->job().fail(code, message);
  let_go({&*sequence, 1});
  return true;
}

void Scheduler::bury(std::vector<Sequence>& dead) noexcept {
  for (const auto& sequence : dead) sequence.job().answer_if_dead(now());
  let_go(dead);
  dead.clear();
}

void Scheduler::let_go(std::span<const Sequence> sequences) noexcept {
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
