// V for AVX-512 with BF16: it rounds to bf16 in one instruction.
#pragma once

#include "backend/native/kernels/x86/vector_avx512.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

struct Avx512Bf16 : Avx512 {
  static void store_bf16(std::uint16_t* p, Floats x, std::size_t count) {
    _mm256_mask_storeu_epi16(p, first(count), __builtin_bit_cast(__m256i, _mm512_cvtneps_pbh(x)));
  }

  static void store_bf16(std::uint16_t* p, Floats low, Floats high) {
    _mm512_storeu_si512(p, __builtin_bit_cast(__m512i, _mm512_cvtne2ps_pbh(high, low)));
  }

  // Two bf16 of each lane of a times two of b, added to c.
  static Floats add_bf16_dots(Floats c, Ints a, Ints b) {
    return _mm512_dpbf16_ps(c, __builtin_bit_cast(__m512bh, a), __builtin_bit_cast(__m512bh, b));
  }
};

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
