#include "backend/native/team.hpp"

#include <new>
#include <thread>

#include "backend/native/kernels/flush_denormals.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace akidb::embedding::backend::native {
namespace {

// Looks before a waiting thread lets others have its core, where the machine has more work than cores.
constexpr int kLooks = 2'000;

void pause() noexcept {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

class Waiting {
 public:
  void step() noexcept {
    if (++looks_ % kLooks == 0) {
      std::this_thread::yield();
    } else {
      pause();
    }
  }

 private:
  int looks_ = 0;
};

}  // namespace

Team::~Team() {
  for (Waiting waiting; helpers_.load(std::memory_order_acquire) != 0;) waiting.step();
}

Team::Lead::Lead(Team& team) : lock_(team.leading_, std::try_to_lock) {
  if (!lock_.owns_lock() || team.executor_.size() < 2) return;
  team_ = &team;
  team.at_work_.store(true, std::memory_order_release);
  // Those that are on their way from an earlier pass come to this one.
  for (auto there = team.helpers_.load(); there + 1 < team.executor_.size() && team.post_helper(); ++there) {
  }
}

Team::Lead::~Lead() {
  if (team_ != nullptr) team_->at_work_.store(false, std::memory_order_release);
}

std::size_t Team::Lead::threads() const noexcept { return team_ == nullptr ? 1 : team_->executor_.size(); }

// False where memory for it is short: fewer will do.
bool Team::post_helper() noexcept {
  helpers_.fetch_add(1);
  try {
    executor_.post([this] { help(); });
    return true;
  } catch (const std::bad_alloc&) {
    helpers_.fetch_sub(1);
    return false;
  }
}

// One piece, if there is one to take.
bool Team::take_one() {
  const auto is_left = [](std::uint32_t ticket) { return (ticket & 0xFFFFU) < (ticket >> 16); };
  if (!is_left(ticket_.load(std::memory_order_acquire))) return false;
  const auto ticket = ticket_.fetch_add(1, std::memory_order_acq_rel);
  if (!is_left(ticket)) return false;
  // The task stays as it is until this piece is done, too.
  task_.call(task_.what, ticket & 0xFFFFU);
  done_.fetch_add(1, std::memory_order_release);
  return true;
}

void Team::run(std::size_t count, Task task) {
  if (count == 0) return;
  task_ = task;
  done_.store(0, std::memory_order_relaxed);
  ticket_.store(static_cast<std::uint32_t>(count << 16), std::memory_order_release);
  while (take_one()) {
  }
  for (Waiting waiting; done_.load(std::memory_order_acquire) != count;) waiting.step();
}

void Team::help() {
  {
    const kernels::FlushDenormals flush;
    for (Waiting waiting; at_work_.load(std::memory_order_acquire);) {
      if (!take_one()) waiting.step();
    }
  }
  helpers_.fetch_sub(1, std::memory_order_release);
}

}  // namespace akidb::embedding::backend::native
