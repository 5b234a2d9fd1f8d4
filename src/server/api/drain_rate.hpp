// DrainRate: how many texts a second were finished of late.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace akidb::embedding::server {

// Counts in slots of a second and looks back over the last ten of them. Not thread-safe.
class DrainRate {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Clock = std::function<TimePoint()>;

  explicit DrainRate(Clock clock) : clock_(std::move(clock)), start_(clock_()) {}

  void count(std::size_t texts);

  // 0 where nothing was finished.
  [[nodiscard]] double per_second() const;

 private:
  static constexpr std::size_t kSlots = 10;
  struct Slot {
    std::int64_t second = -1;
    std::size_t texts = 0;
  };
  [[nodiscard]] std::int64_t second() const {
    return std::chrono::duration_cast<std::chrono::seconds>(clock_() - start_).count();
  }

  Clock clock_;
  TimePoint start_;
  std::array<Slot, kSlots> slots_{};
};

}  // namespace akidb::embedding::server
