// A server that fails again and again is left alone for a while: callers learn at once, and it can recover.
#pragma once

#include <akidb/embedding/result.hpp>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace akidb::embedding::remote {

// Closed: all calls pass. After `failures` in a row it is open for `rest`: none passes. Then one call is let through;
// its outcome closes it or opens it again. Thread-safe; the clock is the caller's.
class CircuitBreaker {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Outcome : std::uint8_t {
    answered,   // the server answered, even if it refused
    failed,     // no answer, or one that says that the server is ill
    abandoned,  // the caller gave up: says nothing about the server
  };

  CircuitBreaker(std::uint32_t failures, std::chrono::milliseconds rest) : most_(failures), rest_(rest) {}

  // unavailable while it is open. Each call that passes ends in one record().
  Result<void> admit(Clock::time_point now);
  void record(Outcome outcome, Clock::time_point now);

 private:
  const std::uint32_t most_;
  const std::chrono::milliseconds rest_;
  std::mutex mutex_;
  std::uint32_t failures_ = 0;
  bool trying_ = false;
  std::optional<Clock::time_point> open_until_;
};

}  // namespace akidb::embedding::remote
