// V for AVX2 with FMA: 8 floats.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace akidb::embedding::backend::native::kernels {
namespace {

struct Avx2 {
  using Floats = __m256;
  static constexpr std::size_t kLanes = 8;

  // A tile of products that fills the registers: rows by vectors of columns.
  static constexpr std::size_t kTileRows = 6;
  static constexpr std::size_t kTileVectors = 2;

  static __m256i first(std::size_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }

  static Floats zero() { return _mm256_setzero_ps(); }
  static Floats set(float x) { return _mm256_set1_ps(x); }
  static Floats load(const float* p) { return _mm256_loadu_ps(p); }
  static Floats load_part(const float* p, std::size_t count) { return _mm256_maskload_ps(p, first(count)); }
  static void store(float* p, Floats x) { _mm256_storeu_ps(p, x); }
  static void store_part(float* p, Floats x, std::size_t count) { _mm256_maskstore_ps(p, first(count), x); }

  static Floats add(Floats a, Floats b) { return _mm256_add_ps(a, b); }
  static Floats sub(Floats a, Floats b) { return _mm256_sub_ps(a, b); }
  static Floats mul(Floats a, Floats b) { return _mm256_mul_ps(a, b); }
  static Floats div(Floats a, Floats b) { return _mm256_div_ps(a, b); }
  static Floats fma(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
  static Floats fnma(Floats a, Floats b, Floats c) { return _mm256_fnmadd_ps(a, b, c); }  // c - a * b
  static Floats min(Floats a, Floats b) { return _mm256_min_ps(a, b); }                   // b where one is NaN
  static Floats max(Floats a, Floats b) { return _mm256_max_ps(a, b); }                   // b where one is NaN
  static Floats abs(Floats x) { return _mm256_andnot_ps(_mm256_set1_ps(-0.F), x); }
  static Floats round(Floats x) { return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  static Floats where_less(Floats a, Floats b, Floats yes, Floats no) {
    return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
  }

  static constexpr bool kMultipliesByLane = false;

  // x * 2^n for a whole n, in two steps so that neither power overflows; 0 for n below -160.
  static Floats scale(Floats x, Floats n) {
    const __m256i whole = _mm256_cvtps_epi32(_mm256_max_ps(_mm256_set1_ps(-160.F), n));
    const __m256i half = _mm256_srai_epi32(whole, 1);
    return _mm256_mul_ps(_mm256_mul_ps(x, power(half)), power(_mm256_sub_epi32(whole, half)));
  }

  // Lanes [begin, end) of x, `other` in the rest.
  static Floats keep(Floats x, std::size_t begin, std::size_t end, Floats other) {
    const __m256 kept = _mm256_castsi256_ps(_mm256_andnot_si256(first(begin), first(end)));
    return _mm256_blendv_ps(other, x, kept);
  }

  // A square of floats, its rows as columns.
  static void transpose(Floats (&square)[kLanes]) {
    Floats pairs[kLanes];
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kLanes; i += 2) {
      pairs[i] = _mm256_unpacklo_ps(square[i], square[i + 1]);
      pairs[i + 1] = _mm256_unpackhi_ps(square[i], square[i + 1]);
    }
    Floats fours[kLanes];
#pragma GCC unroll 2
    for (std::size_t i = 0; i < kLanes; i += 4) {
      fours[i] = unpack_low(pairs[i], pairs[i + 2]);
      fours[i + 1] = unpack_high(pairs[i], pairs[i + 2]);
      fours[i + 2] = unpack_low(pairs[i + 1], pairs[i + 3]);
      fours[i + 3] = unpack_high(pairs[i + 1], pairs[i + 3]);
    }
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
      square[i] = _mm256_permute2f128_ps(fours[i], fours[4 + i], 0x20);
      square[4 + i] = _mm256_permute2f128_ps(fours[i], fours[4 + i], 0x31);
    }
  }

  static float first_lane(Floats x) { return _mm256_cvtss_f32(x); }
  static float sum(Floats x) {
    const __m128 quarter = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    const __m128 pair = _mm_add_ps(quarter, _mm_movehl_ps(quarter, quarter));
    return _mm_cvtss_f32(_mm_add_ss(pair, _mm_movehdup_ps(pair)));
  }
  static float greatest(Floats x) {
    const __m128 quarter = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    const __m128 pair = _mm_max_ps(quarter, _mm_movehl_ps(quarter, quarter));
    return _mm_cvtss_f32(_mm_max_ss(pair, _mm_movehdup_ps(pair)));
  }

  // To bf16, to nearest even; a NaN stays one.
  static void store_bf16(std::uint16_t* p, Floats x, std::size_t count) {
    const __m256i bits = _mm256_castps_si256(x);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i rounded = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7FFF)), odd);
    const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
    const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
    const __m256i words = _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, nan), 16);
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(words, words), 0xD8);
    alignas(16) std::uint16_t out[kLanes];
    _mm_store_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(packed));
    if (count == kLanes) {
      _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(packed));
      return;
    }
    for (std::size_t i = 0; i < count; ++i) p[i] = out[i];
  }

  // Whole numbers of 0 to 255.
  static void store_bytes(std::uint8_t* p, Floats x, std::size_t count) {
    const __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(x), _mm256_setzero_si256());
    store_low_bytes(p, _mm256_packus_epi16(words, words), count);
  }
  static void store_signed_bytes(std::int8_t* p, Floats x, std::size_t count) {
    const __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(x), _mm256_setzero_si256());
    store_low_bytes(p, _mm256_packs_epi16(words, words), count);
  }

  // 32-bit sums of products with 8-bit numbers.
  using Ints = __m256i;
  static Ints zero_ints() { return _mm256_setzero_si256(); }
  static Ints load_ints(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
  static Ints set_ints(std::int32_t x) { return _mm256_set1_epi32(x); }
  static Ints subtract_product(Ints c, Ints a, Ints b) { return _mm256_sub_epi32(c, _mm256_mullo_epi32(a, b)); }
  static Floats to_floats(Ints x) { return _mm256_cvtepi32_ps(x); }

  // 8 pairs of 8-bit numbers, widened, times pairs of 16-bit numbers, added up in pairs.
  static Ints load_widened(const std::int8_t* p) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  // (Not by intrinsics: with their casts GCC 12 keeps the sums of a tile in memory.)
  static Ints add_pair_products(Ints c, Ints a, Ints b) {
    Ints sums;
    asm("vpmaddwd %3, %2, %1\n\tvpaddd %1, %0, %0" : "+x"(c), "=&x"(sums) : "x"(a), "x"(b));
    return c;
  }

  // The even (low) and the odd (high) ones of 8 pairs of bf16.
  static Floats load_even_bf16(const std::uint16_t* p) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(load_ints(p), 16));
  }
  static Floats load_odd_bf16(const std::uint16_t* p) {
    return _mm256_castsi256_ps(_mm256_and_si256(load_ints(p), _mm256_set1_epi32(-65536)));
  }

 private:
  // Four bytes from the beginning of each half.
  static void store_low_bytes(void* p, __m256i x, std::size_t count) {
    const __m128i bytes = _mm_unpacklo_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    alignas(16) std::uint8_t out[16];
    _mm_store_si128(reinterpret_cast<__m128i*>(out), bytes);
    if (count == kLanes) {
      __builtin_memcpy(p, out, kLanes);
    } else {
      __builtin_memcpy(p, out, count);
    }
  }
  static Floats unpack_low(Floats a, Floats b) {
    return _mm256_castpd_ps(_mm256_unpacklo_pd(_mm256_castps_pd(a), _mm256_castps_pd(b)));
  }
  static Floats unpack_high(Floats a, Floats b) {
    return _mm256_castpd_ps(_mm256_unpackhi_pd(_mm256_castps_pd(a), _mm256_castps_pd(b)));
  }
  static Floats power(__m256i n) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
  }
};

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
