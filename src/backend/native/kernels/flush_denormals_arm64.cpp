#include "backend/native/kernels/flush_denormals.hpp"

namespace akidb::embedding::backend::native::kernels {

FlushDenormals::FlushDenormals() noexcept : before_(0) {
  constexpr std::uint64_t kFlushToZero = 1ULL << 24U;
  asm volatile("mrs %0, fpcr" : "=r"(before_));
  asm volatile("msr fpcr, %0" : : "r"(before_ | kFlushToZero));
}

FlushDenormals::~FlushDenormals() { asm volatile("msr fpcr, %0" : : "r"(before_)); }

}  // namespace akidb::embedding::backend::native::kernels
