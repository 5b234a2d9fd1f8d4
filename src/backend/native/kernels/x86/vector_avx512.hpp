// V for AVX-512 F, BW, DQ and VL: 16 floats.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace akidb::embedding::backend::native::kernels {
namespace {

struct Avx512 {
  using Floats = __m512;
  static constexpr std::size_t kLanes = 16;

  // A tile of products that fills the registers: rows by vectors of columns.
  static constexpr std::size_t kTileRows = 14;
  static constexpr std::size_t kTileVectors = 2;

  static __mmask16 first(std::size_t count) { return static_cast<__mmask16>((1U << count) - 1U); }

  static Floats zero() { return _mm512_setzero_ps(); }
  static Floats set(float x) { return _mm512_set1_ps(x); }
  static Floats load(const float* p) { return _mm512_loadu_ps(p); }
  static Floats load_part(const float* p, std::size_t count) { return _mm512_maskz_loadu_ps(first(count), p); }
  static void store(float* p, Floats x) { _mm512_storeu_ps(p, x); }
  static void store_part(float* p, Floats x, std::size_t count) { _mm512_mask_storeu_ps(p, first(count), x); }

  static Floats add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
  static Floats sub(Floats a, Floats b) { return _mm512_sub_ps(a, b); }
  static Floats mul(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
  static Floats div(Floats a, Floats b) { return _mm512_div_ps(a, b); }
  static Floats fma(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
  static Floats fnma(Floats a, Floats b, Floats c) { return _mm512_fnmadd_ps(a, b, c); }  // c - a * b
  static Floats min(Floats a, Floats b) { return _mm512_min_ps(a, b); }                   // b where one is NaN
  static Floats max(Floats a, Floats b) { return _mm512_max_ps(a, b); }                   // b where one is NaN
  static Floats abs(Floats x) { return _mm512_abs_ps(x); }
  static Floats round(Floats x) { return _mm512_roundscale_ps(x, 8); }  // to nearest even
  static Floats where_less(Floats a, Floats b, Floats yes, Floats no) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), no, yes);
  }

  static constexpr bool kMultipliesByLane = false;

  // x * 2^n for a whole n.
  static Floats scale(Floats x, Floats n) { return _mm512_scalef_ps(x, n); }

  // Lanes [begin, end) of x, `other` in the rest.
  static Floats keep(Floats x, std::size_t begin, std::size_t end, Floats other) {
    const auto kept = static_cast<__mmask16>(((1U << end) - 1U) & ~((1U << begin) - 1U));
    return _mm512_mask_blend_ps(kept, other, x);
  }

  // A square of floats, its rows as columns.
  static void transpose(Floats (&square)[kLanes]) {
    Floats pairs[kLanes];
#pragma GCC unroll 8
    for (std::size_t i = 0; i < kLanes; i += 2) {
      pairs[i] = _mm512_unpacklo_ps(square[i], square[i + 1]);
      pairs[i + 1] = _mm512_unpackhi_ps(square[i], square[i + 1]);
    }
    Floats fours[kLanes];
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kLanes; i += 4) {
      fours[i] = unpack_low(pairs[i], pairs[i + 2]);
      fours[i + 1] = unpack_high(pairs[i], pairs[i + 2]);
      fours[i + 2] = unpack_low(pairs[i + 1], pairs[i + 3]);
      fours[i + 3] = unpack_high(pairs[i + 1], pairs[i + 3]);
    }
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
      const Floats first_low = _mm512_shuffle_f32x4(fours[i], fours[4 + i], 0x44);
      const Floats first_high = _mm512_shuffle_f32x4(fours[i], fours[4 + i], 0xEE);
      const Floats second_low = _mm512_shuffle_f32x4(fours[8 + i], fours[12 + i], 0x44);
      const Floats second_high = _mm512_shuffle_f32x4(fours[8 + i], fours[12 + i], 0xEE);
      square[i] = _mm512_shuffle_f32x4(first_low, second_low, 0x88);
      square[4 + i] = _mm512_shuffle_f32x4(first_low, second_low, 0xDD);
      square[8 + i] = _mm512_shuffle_f32x4(first_high, second_high, 0x88);
      square[12 + i] = _mm512_shuffle_f32x4(first_high, second_high, 0xDD);
    }
  }

  static float first_lane(Floats x) { return _mm512_cvtss_f32(x); }
  static float sum(Floats x) {
    const __m256 half = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    const __m128 quarter = _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
    const __m128 pair = _mm_add_ps(quarter, _mm_movehl_ps(quarter, quarter));
    return _mm_cvtss_f32(_mm_add_ss(pair, _mm_movehdup_ps(pair)));
  }
  static float greatest(Floats x) {
    const __m256 half = _mm256_max_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
    const __m128 quarter = _mm_max_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
    const __m128 pair = _mm_max_ps(quarter, _mm_movehl_ps(quarter, quarter));
    return _mm_cvtss_f32(_mm_max_ss(pair, _mm_movehdup_ps(pair)));
  }

  // To bf16, to nearest even; a NaN stays one.
  static void store_bf16(std::uint16_t* p, Floats x, std::size_t count) {
    const __m512i bits = _mm512_castps_si512(x);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    __m512i rounded = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7FFF)), odd);
    const __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
    rounded = _mm512_mask_or_epi32(rounded, nan, bits, _mm512_set1_epi32(0x400000));
    const __m256i halves = _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16));
    _mm256_mask_storeu_epi16(p, first(count), halves);
  }

  // Whole numbers of 0 to 255.
  static void store_bytes(std::uint8_t* p, Floats x, std::size_t count) {
    _mm_mask_storeu_epi8(p, first(count), _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(x)));
  }
  static void store_signed_bytes(std::int8_t* p, Floats x, std::size_t count) {
    _mm_mask_storeu_epi8(p, first(count), _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(x)));
  }

  // 32-bit sums of products with 8-bit numbers.
  using Ints = __m512i;
  static Ints zero_ints() { return _mm512_setzero_si512(); }
  static Ints load_ints(const void* p) { return _mm512_loadu_si512(p); }
  static Ints set_ints(std::int32_t x) { return _mm512_set1_epi32(x); }
  static Ints subtract_product(Ints c, Ints a, Ints b) { return _mm512_sub_epi32(c, _mm512_mullo_epi32(a, b)); }
  static Floats to_floats(Ints x) { return _mm512_cvtepi32_ps(x); }

  // 16 pairs of 8-bit numbers, widened, times pairs of 16-bit numbers, added up in pairs.
  static Ints load_widened(const std::int8_t* p) {
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  // (Not by intrinsics: with their casts GCC 12 keeps the sums of a tile in memory.)
  static Ints add_pair_products(Ints c, Ints a, Ints b) {
    Ints sums;
    asm("vpmaddwd %3, %2, %1\n\tvpaddd %1, %0, %0" : "+v"(c), "=&v"(sums) : "v"(a), "v"(b));
    return c;
  }

  // The even (low) and the odd (high) ones of 16 pairs of bf16.
  static Floats load_even_bf16(const std::uint16_t* p) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_loadu_si512(p), 16));
  }
  static Floats load_odd_bf16(const std::uint16_t* p) {
    return _mm512_castsi512_ps(_mm512_and_si512(_mm512_loadu_si512(p), _mm512_set1_epi32(-65536)));
  }

 private:
  static Floats unpack_low(Floats a, Floats b) {
    return _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
  }
  static Floats unpack_high(Floats a, Floats b) {
    return _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
  }
};

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
