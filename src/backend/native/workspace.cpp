#include "backend/native/workspace.hpp"

#include <utility>

namespace akidb::embedding::backend::native {
namespace {

// An arena that a rare long text has made larger goes back to the system.
constexpr std::size_t kKept = std::size_t{48} << 20;

}  // namespace

bool Arena::reset(std::size_t bytes) noexcept {
  used_ = 0;
  if (memory_.size() >= bytes) return true;
  memory_ = base::LargeMemory();
  memory_ = base::LargeMemory::get(bytes);
  return memory_.data() != nullptr;
}

std::byte* Arena::take(std::size_t bytes) noexcept {
  std::byte* const place = memory_.data() + used_;
  used_ += base::LargeMemory::rounded(bytes);
  return place;
}

FloatRows Arena::take_rows(std::size_t rows, std::size_t columns) noexcept {
  const std::size_t stride = kernels::operand_stride(kernels::Operand::fp32, columns);
  return {take_array<float>(rows * stride), stride};
}

StateRows Arena::take_states(std::size_t rows, std::size_t columns, kernels::Operand type) noexcept {
  return {take(bytes_of_states(rows, columns, type)), kernels::operand_stride(type, columns), type};
}

ArenaPool::Borrowed::Borrowed(ArenaPool& pool) : pool_(pool) {
  const std::lock_guard lock(pool_.mutex_);
  if (pool_.arenas_.empty()) {
    arena_ = std::make_unique<Arena>();
    // Room for its return, so that the destructor cannot fail.
    pool_.arenas_.reserve(++pool_.made_);
  } else {
    arena_ = std::move(pool_.arenas_.back());
    pool_.arenas_.pop_back();
  }
}

ArenaPool::Borrowed::~Borrowed() {
  const std::lock_guard lock(pool_.mutex_);
  if (arena_->size() > kKept) {
    --pool_.made_;
  } else {
    pool_.arenas_.push_back(std::move(arena_));
  }
}

Arena& thread_arena() noexcept {
  thread_local Arena arena;
  return arena;
}

}  // namespace akidb::embedding::backend::native
