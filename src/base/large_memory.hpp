// LargeMemory: zeroed memory straight from the operating system, on large pages where it has them.
#pragma once

#include <cstddef>
#include <utility>

namespace akidb::embedding::base {

// Move-only. Begins on a page, so on a multiple of 64 bytes. What was never written takes no memory.
class LargeMemory {
 public:
  LargeMemory() = default;

  // Empty where the system gives no more; never throws.
  static LargeMemory get(std::size_t bytes) noexcept;

  LargeMemory(LargeMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  LargeMemory& operator=(LargeMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  LargeMemory(const LargeMemory&) = delete;
  LargeMemory& operator=(const LargeMemory&) = delete;
  ~LargeMemory();

  [[nodiscard]] std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  // Up to a multiple of 64.
  static constexpr std::size_t rounded(std::size_t bytes) noexcept { return (bytes + 63) / 64 * 64; }

 private:
  LargeMemory(std::byte* data, std::size_t size) noexcept : data_(data), size_(size) {}

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace akidb::embedding::base
