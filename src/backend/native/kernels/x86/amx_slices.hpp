// Floats as fixed-point numbers of three signed bytes: rows are scaled so that their greatest value is 127 * 65536, and
// a product of two such numbers is a few products of bytes, whose sums are exact.
#pragma once

#include "backend/native/kernels/simd/epilogue.hpp"
#include "backend/native/kernels/x86/vector_avx512_bf16.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

inline constexpr std::size_t kSlices = 3;
inline constexpr float kGreatestFixed = 127.F * 65536.F;

// Below, a row is as good as zeros, and what it would be divided by is no normal number.
inline constexpr float kLeastGreatest = 1e-30F;

// 16 numbers: the highest bytes to `out`, the others one and two `plane`s behind. A byte added to every digit before
// they are taken apart, and taken off again, makes digits of -128 to 127.
[[gnu::always_inline]] inline void store_slices(__m512 fixed, std::int8_t* out, std::size_t plane) {
  const __m512i middle = _mm512_set1_epi32(0x808080);
  const __m512i digits = _mm512_xor_si512(_mm512_add_epi32(_mm512_cvtps_epi32(fixed), middle), middle);
  const auto store = [](std::int8_t* to, __m128i bytes) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes); };
  store(out, _mm512_cvtepi32_epi8(_mm512_srli_epi32(digits, 16)));
  store(out + plane, _mm512_cvtepi32_epi8(_mm512_srli_epi32(digits, 8)));
  store(out + 2 * plane, _mm512_cvtepi32_epi8(digits));
}

// The greatest |x| of a row; NaN or infinity where there is one.
inline float greatest_of(const float* row, std::size_t columns) {
  const __m512i sizes = _mm512_set1_epi32(0x7FFFFFFF);
  __m512i greatest[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
  std::size_t i = 0;
  for (; i + 32 <= columns; i += 32) {
    greatest[0] = _mm512_max_epu32(greatest[0], _mm512_and_si512(_mm512_loadu_si512(row + i), sizes));
    greatest[1] = _mm512_max_epu32(greatest[1], _mm512_and_si512(_mm512_loadu_si512(row + i + 16), sizes));
  }
  for (; i < columns; i += 16) {
    const __m512 some = Avx512::load_part(row + i, smaller(16, columns - i));
    greatest[0] = _mm512_max_epu32(greatest[0], _mm512_and_si512(_mm512_castps_si512(some), sizes));
  }
  return __builtin_bit_cast(float, _mm512_reduce_max_epu32(_mm512_max_epu32(greatest[0], greatest[1])));
}

inline RowMeasures measures_of(const float* row, const float* sizes, std::size_t columns) {
  const float greatest = greatest_of(row, columns);
  if (greatest == 0) return {};
  const __m512 scale = _mm512_set1_ps(greatest);
  __m512 weights = _mm512_setzero_ps();
  __m512 products = _mm512_setzero_ps();
  for (std::size_t i = 0; i < columns; i += 16) {
    const std::size_t count = smaller(16, columns - i);
    const __m512 weight = _mm512_div_ps(Avx512::load_part(row + i, count), scale);
    const __m512 product = _mm512_mul_ps(weight, Avx512::load_part(sizes + i, count));
    weights = _mm512_fmadd_ps(weight, weight, weights);
    products = _mm512_fmadd_ps(product, product, products);
  }
  return {greatest, Avx512::sum(weights), Avx512::sum(products)};
}

struct FixedScale {
  float scale;
  float inverse;
};

// A row that is not finite has no scale: everything that is made of it is NaN.
inline FixedScale fixed_scale(float greatest) {
  if (!(greatest < __builtin_inff())) return {__builtin_nanf(""), 0};
  const float scale = greatest > kLeastGreatest ? greatest / kGreatestFixed : 1;
  return {scale, 1 / scale};
}

// A row to three planes of bytes, each filled up with zeros to whole blocks.
inline RowScale row_to_slices(const float* row, std::size_t columns, std::int8_t* out) {
  const FixedScale by = fixed_scale(greatest_of(row, columns));
  const std::size_t plane = rounded_up(columns, 64);
  const __m512 inverse = _mm512_set1_ps(by.inverse);
  std::size_t i = 0;
  for (; i + 16 <= columns; i += 16) store_slices(_mm512_mul_ps(_mm512_loadu_ps(row + i), inverse), out + i, plane);
  for (; i < plane; i += 16) {
    const std::size_t count = columns > i ? smaller(16, columns - i) : 0;
    store_slices(_mm512_mul_ps(Avx512::load_part(row + i, count), inverse), out + i, plane);
  }
  return {by.scale, 0};
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
