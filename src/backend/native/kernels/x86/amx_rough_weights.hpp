// Scores to weights of 8 bits, those of bf16: the score as a whole number of 1/512 above the least one is the weight's
// exponent and, but for an excess that a table has, its mantissa.
#pragma once

#include "backend/native/kernels/x86/amx_attention.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

inline constexpr float kWeightSteps = 512;                   // to twice the weight
inline constexpr float kTopWeight = 127 * kWeightSteps + 2;  // a weight of 1; 2 for rounding
inline constexpr std::size_t kGroupFloats = kTileRows * kKeyGroup;

// What 1 + x has above 2^x where x goes from 0 to 1 in 64 parts.
struct PowerTable {
  alignas(64) std::uint8_t excess[64];

  constexpr PowerTable() : excess() {
    for (int i = 0; i < 64; ++i) {
      const double x = (i + 0.5) / 64 - 2 / static_cast<double>(kWeightSteps);
      double power = 1;
      for (int k = 20; k > 0; --k) power = 1 + power * x * 0.69314718055994531 / k;
      excess[i] = static_cast<std::uint8_t>(kWeightSteps * (1 + x - power) + 0.5);
    }
  }
};
inline constexpr PowerTable kPowerTable;

// 32 scores of each of 16 queries, times `scale` and plus its base, to weights, whose order is that of
// row_of_pair().
[[gnu::always_inline]] inline void weigh_group(const float* scores, __m512 scale, const float* bases,
                                               std::uint16_t* weights) {
  const __m512i table = _mm512_load_si512(kPowerTable.excess);
  unrolled<kTileRows>([&](auto q) KERNEL_INLINE {
    const __m512 base = _mm512_set1_ps(bases[q]);
    const auto steps_of = [&](const float* some) KERNEL_INLINE {
      return _mm512_cvtps_epi32(_mm512_fmadd_ps(_mm512_load_ps(some), scale, base));
    };
    // (What is too low for a weight becomes 0 here.)
    const __m512i steps = _mm512_packus_epi32(steps_of(scores + q * 16), steps_of(scores + kGroupFloats / 2 + q * 16));
    const __m512i excess = _mm512_maskz_permutexvar_epi8(0x5555555555555555U, _mm512_srli_epi16(steps, 3), table);
    _mm512_store_si512(weights + q * 32, _mm512_srli_epi16(_mm512_subs_epu16(steps, excess), 2));
  });
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
