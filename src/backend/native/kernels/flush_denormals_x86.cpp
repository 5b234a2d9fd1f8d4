#include <immintrin.h>

#include "backend/native/kernels/flush_denormals.hpp"

namespace akidb::embedding::backend::native::kernels {

FlushDenormals::FlushDenormals() noexcept : before_(_mm_getcsr()) {
  constexpr unsigned kZeroOutAndIn = 0x8040;  // FTZ, DAZ
  _mm_setcsr(static_cast<unsigned>(before_) | kZeroOutAndIn);
}

FlushDenormals::~FlushDenormals() { _mm_setcsr(static_cast<unsigned>(before_)); }

}  // namespace akidb::embedding::backend::native::kernels
