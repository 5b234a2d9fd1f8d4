// Memory of forward passes, kept from one to the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "backend/native/kernels/kernel_set.hpp"
#include "backend/native/kernels/shapes.hpp"
#include "base/large_memory.hpp"

namespace akidb::embedding::backend::native {

// Rows of floats, aligned and spaced as the kernels read them fastest.
struct FloatRows {
  float* data = nullptr;
  std::size_t stride = 0;

  [[nodiscard]] float* row(std::size_t at) const noexcept { return data + at * stride; }
};

// Rows of query, key and value, as floats or as bf16.
struct StateRows {
  std::byte* data = nullptr;
  std::size_t stride = 0;
  kernels::Operand type = kernels::Operand::fp32;

  [[nodiscard]] std::byte* at(std::size_t row, std::size_t column) const noexcept {
    return data + (row * stride + column) * kernels::operand_bytes(type);
  }
};

// A block of memory that grows, in pieces that are handed out one behind the other.
class Arena {
 public:
  // Room for `bytes` in all; what was handed out before is lost. False where the system has no more memory.
  [[nodiscard]] bool reset(std::size_t bytes) noexcept;

  [[nodiscard]] std::byte* take(std::size_t bytes) noexcept;
  template <class T>
  [[nodiscard]] T* take_array(std::size_t count) noexcept {
    return reinterpret_cast<T*>(take(count * sizeof(T)));
  }
  [[nodiscard]] FloatRows take_rows(std::size_t rows, std::size_t columns) noexcept;
  [[nodiscard]] StateRows take_states(std::size_t rows, std::size_t columns, kernels::Operand type) noexcept;

  // What take_rows() uses up.
  static constexpr std::size_t bytes_of_rows(std::size_t rows, std::size_t columns) noexcept {
    return bytes_of_states(rows, columns, kernels::Operand::fp32);
  }

  // What take_states() uses up.
  static constexpr std::size_t bytes_of_states(std::size_t rows, std::size_t columns, kernels::Operand type) noexcept {
    return base::LargeMemory::rounded(rows * kernels::operand_stride(type, columns) * kernels::operand_bytes(type));
  }

  // What rows of any operand use up.
  static constexpr std::size_t bytes_of_operands(std::size_t rows, std::size_t columns) noexcept {
    std::size_t most = 0;
    for (const auto type :
         {kernels::Operand::fp32, kernels::Operand::bf16, kernels::Operand::uint8, kernels::Operand::slices}) {
      const std::size_t bytes = bytes_of_states(rows, columns, type);
      most = bytes > most ? bytes : most;
    }
    return most;
  }

  [[nodiscard]] std::size_t size() const noexcept { return memory_.size(); }

 private:
  base::LargeMemory memory_;
  std::size_t used_ = 0;
};

// Arenas of the passes that run at the same time. Thread-safe.
class ArenaPool {
 public:
  class Borrowed {
   public:
    explicit Borrowed(ArenaPool& pool);
    ~Borrowed();
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    Arena* operator->() const noexcept { return arena_.get(); }
    Arena& operator*() const noexcept { return *arena_; }

   private:
    ArenaPool& pool_;
    std::unique_ptr<Arena> arena_;
  };

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Arena>> arenas_;
  std::size_t made_ = 0;  // those that are lent, too
};

// This thread's own arena, for what lives within one piece of work.
Arena& thread_arena() noexcept;

}  // namespace akidb::embedding::backend::native
