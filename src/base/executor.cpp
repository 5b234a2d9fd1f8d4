#include "base/executor.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "base/cpu_topology.hpp"
#include "base/log.hpp"
#include "base/no_thread.hpp"

namespace akidb::embedding {
namespace {

constexpr std::uint32_t kMostWorkers = 1'024;

}  // namespace

std::shared_ptr<Executor> make_executor(std::uint32_t threads) {
  if (threads == 0) threads = base::cpu_topology().usable_cores();
  return std::make_shared<Executor>(std::min(threads, kMostWorkers));
}

// By way of the empty executor, whose destructor joins the threads that are there where a later step fails.
Executor::Executor(std::uint32_t threads) : Executor() {
  threads_.reserve(threads);
  do {
    if (start_one()) continue;
    if (threads_.empty()) throw base::NoThread();
    base::log(LogLevel::warning, "the system gives no more than " + std::to_string(threads_.size()) + " of " +
                                     std::to_string(threads) + " threads");
    return;
  } while (threads_.size() < threads);
}

bool Executor::start_one() {
  try {
    threads_.emplace_back([this] { work(); });
    return true;
  } catch (const std::system_error&) {
    return false;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

Executor::~Executor() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Executor::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_one();
}

void Executor::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (tasks_.empty()) {
      if (closing_) return;
      idle_.fetch_add(1, std::memory_order_relaxed);
      wake_.wait(lock, [this] { return !tasks_.empty() || closing_; });
      idle_.fetch_sub(1, std::memory_order_relaxed);
      continue;
    }
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
}

void Executor::parallel_for(std::size_t count, const std::function<void(std::size_t)>& call) {
  // Helpers that come late find nothing left to take, so the caller waits for calls, not for helpers.
  struct Share {
    std::atomic<std::size_t> next{0};
    std::size_t done = 0;
    bool lacked_memory = false;
    std::mutex mutex;
    std::condition_variable all_done;
  };
  auto share = std::make_shared<Share>();
  const auto take = [share, count, &call] {
    for (std::size_t at = share->next.fetch_add(1); at < count; at = share->next.fetch_add(1)) {
      bool lacks_memory = false;
      try {
        call(at);
      } catch (const std::bad_alloc&) {
        lacks_memory = true;
      }
      const std::lock_guard lock(share->mutex);
      share->lacked_memory = share->lacked_memory || lacks_memory;
      if (++share->done == count) share->all_done.notify_all();
    }
  };
  if (count == 0) return;
  const std::size_t helpers = std::min<std::size_t>(count - 1, size());
  try {
    for (std::size_t at = 0; at < helpers; ++at) post(take);
  } catch (const std::bad_alloc&) {
    // those that came, or this thread alone, do it all
  }
  take();
  std::unique_lock lock(share->mutex);
  share->all_done.wait(lock, [&] { return share->done == count; });
  if (share->lacked_memory) throw std::bad_alloc();
}

}  // namespace akidb::embedding
