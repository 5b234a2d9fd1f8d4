// Team: the cores that work on one forward pass together.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "base/executor.hpp"

namespace akidb::embedding::backend::native {

// Splits pieces of work between the thread that leads and idle workers of an executor. While a pass runs,
// helpers wait for the next pieces awake, since those come within microseconds; they go back to sleep with
// the pass. A helper that comes late, or never, is not waited for: whoever is there takes the next piece.
class Team {
 public:
  // The executor must outlive the team.
  explicit Team(Executor& executor) : executor_(executor) {}

  // Waits for helpers to leave.
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  // The right to lead, until it is destroyed. Without a team: alone.
  class Lead {
   public:
    Lead() = default;
    explicit Lead(Team& team);
    ~Lead();
    Lead(const Lead&) = delete;
    Lead& operator=(const Lead&) = delete;

    // Threads that may be at work, this one included.
    [[nodiscard]] std::size_t threads() const noexcept;

    // Calls work(0) ... work(count - 1), each once, on any thread, and returns when all are done. `count` is
    // at most 65,535. `work` must not throw.
    template <class Work>
    void run(std::size_t count, const Work& work) const {
      if (team_ == nullptr || count == 1) {
        for (std::size_t at = 0; at < count; ++at) work(at);
        return;
      }
      team_->run(count, {&work, [](const void* what, std::size_t at) { (*static_cast<const Work*>(what))(at); }});
    }

   private:
    Team* team_ = nullptr;
    std::unique_lock<std::mutex> lock_;
  };

 private:
  struct Task {
    const void* what = nullptr;
    void (*call)(const void* what, std::size_t at) = nullptr;
  };

  bool post_helper() noexcept;
  void run(std::size_t count, Task task);
  bool take_one();
  void help();

  Executor& executor_;
  std::mutex leading_;
  Task task_;
  // How many pieces there are (upper half) and which is the next (lower half), so that one step takes a piece.
  std::atomic<std::uint32_t> ticket_{0};
  std::atomic<std::uint32_t> done_{0};
  std::atomic<bool> at_work_{false};
  std::atomic<std::uint32_t> helpers_{0};  // posted and not yet gone
};

}  // namespace akidb::embedding::backend::native
