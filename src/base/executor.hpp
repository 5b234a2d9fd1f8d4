// Worker threads that take tasks in the order in which they were posted.
#pragma once

#include <akidb/embedding/open.hpp>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace akidb::embedding {

// Thread-safe. Workers sleep while there is nothing to do. The destructor runs what was posted, then
// joins; tasks must not throw.
class Executor {
 public:
  using Task = std::function<void()>;

  // At least one worker; fewer than `threads` where the system gives no more, which is logged. std::bad_alloc
  // where it gives none.
  explicit Executor(std::uint32_t threads);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  void post(Task task);

  // Runs call(0) ... call(count - 1), the caller's thread taking part, and returns when all are done.
  // At most `count` and at most size() workers help. May be called from a worker. std::bad_alloc of a call comes out
  // of here, after the others.
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& call);

  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(threads_.size()); }

  // Workers that sleep, at the moment of the call: a hint, no promise.
  [[nodiscard]] std::uint32_t idle() const noexcept { return idle_.load(std::memory_order_relaxed); }

 private:
  Executor() = default;
  bool start_one();
  void work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;
  bool closing_ = false;
  std::atomic<std::uint32_t> idle_{0};
  std::vector<std::thread> threads_;
};

}  // namespace akidb::embedding
