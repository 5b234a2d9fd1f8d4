// V for NEON (ARMv8 Advanced SIMD): 4 floats.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

namespace akidb::embedding::backend::native::kernels {
namespace {

struct Neon {
  using Floats = float32x4_t;
  static constexpr std::size_t kLanes = 4;

  // A tile of products that fills the registers: rows by vectors of columns. Sixteen sums keep four units busy that
  // take four cycles each, and leave room for a vector of values of every row.
  static constexpr std::size_t kTileRows = 8;
  static constexpr std::size_t kTileVectors = 2;

  static uint32x4_t first(std::size_t count) {
    return vcltq_u32(lane_numbers(), vdupq_n_u32(static_cast<std::uint32_t>(count)));
  }

  static Floats zero() { return vdupq_n_f32(0); }
  static Floats set(float x) { return vdupq_n_f32(x); }
  static Floats load(const float* p) { return vld1q_f32(p); }
  static Floats load_part(const float* p, std::size_t count) {
    float lanes[kLanes] = {};
    for (std::size_t i = 0; i < count; ++i) lanes[i] = p[i];
    return vld1q_f32(lanes);
  }
  static void store(float* p, Floats x) { vst1q_f32(p, x); }
  static void store_part(float* p, Floats x, std::size_t count) {
    float lanes[kLanes];
    vst1q_f32(lanes, x);
    for (std::size_t i = 0; i < count; ++i) p[i] = lanes[i];
  }

  static Floats add(Floats a, Floats b) { return vaddq_f32(a, b); }
  static Floats sub(Floats a, Floats b) { return vsubq_f32(a, b); }
  static Floats mul(Floats a, Floats b) { return vmulq_f32(a, b); }
  static Floats div(Floats a, Floats b) { return vdivq_f32(a, b); }
  static Floats fma(Floats a, Floats b, Floats c) { return vfmaq_f32(c, a, b); }
  static Floats fnma(Floats a, Floats b, Floats c) { return vfmsq_f32(c, a, b); }     // c - a * b
  static Floats min(Floats a, Floats b) { return vbslq_f32(vcltq_f32(a, b), a, b); }  // b where one is NaN
  static Floats max(Floats a, Floats b) { return vbslq_f32(vcgtq_f32(a, b), a, b); }  // b where one is NaN
  static Floats abs(Floats x) { return vabsq_f32(x); }
  static Floats round(Floats x) { return vrndnq_f32(x); }  // to nearest even
  static Floats where_less(Floats a, Floats b, Floats yes, Floats no) { return vbslq_f32(vcltq_f32(a, b), yes, no); }

  // a * (lane kLane of b) + c: a vector of a row's values serves four inputs.
  static constexpr bool kMultipliesByLane = true;
  template <int kLane>
  static Floats fma_lane(Floats a, Floats b, Floats c) {
    return vfmaq_laneq_f32(c, a, b, kLane);
  }

  // x * 2^n for a whole n, in two steps so that neither power overflows; 0 for n below -160.
  static Floats scale(Floats x, Floats n) {
    const int32x4_t whole = vcvtnq_s32_f32(max(vdupq_n_f32(-160.F), n));
    const int32x4_t half = vshrq_n_s32(whole, 1);
    return vmulq_f32(vmulq_f32(x, power(half)), power(vsubq_s32(whole, half)));
  }

  // Lanes [begin, end) of x, `other` in the rest.
  static Floats keep(Floats x, std::size_t begin, std::size_t end, Floats other) {
    return vbslq_f32(vbicq_u32(first(end), first(begin)), x, other);
  }

  // A square of floats, its rows as columns.
  static void transpose(Floats (&square)[kLanes]) {
    const Floats low = vtrn1q_f32(square[0], square[1]);
    const Floats high = vtrn2q_f32(square[0], square[1]);
    const Floats next_low = vtrn1q_f32(square[2], square[3]);
    const Floats next_high = vtrn2q_f32(square[2], square[3]);
    square[0] = first_halves(low, next_low);
    square[1] = first_halves(high, next_high);
    square[2] = second_halves(low, next_low);
    square[3] = second_halves(high, next_high);
  }

  static float first_lane(Floats x) { return vgetq_lane_f32(x, 0); }
  static float sum(Floats x) { return vaddvq_f32(x); }
  static float greatest(Floats x) { return vmaxvq_f32(x); }

  // To bf16, to nearest even; a NaN stays one.
  static void store_bf16(std::uint16_t* p, Floats x, std::size_t count) {
    const uint32x4_t bits = vreinterpretq_u32_f32(x);
    const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
    const uint32x4_t rounded = vaddq_u32(vaddq_u32(bits, vdupq_n_u32(0x7FFF)), odd);
    const uint32x4_t quiet = vorrq_u32(bits, vdupq_n_u32(0x400000));
    const uint16x4_t halves = vshrn_n_u32(vbslq_u32(vceqq_f32(x, x), rounded, quiet), 16);
    if (count == kLanes) {
      vst1_u16(p, halves);
      return;
    }
    std::uint16_t lanes[kLanes];
    vst1_u16(lanes, halves);
    for (std::size_t i = 0; i < count; ++i) p[i] = lanes[i];
  }

  // Whole numbers of 0 to 255.
  static void store_bytes(std::uint8_t* p, Floats x, std::size_t count) {
    const int16x4_t words = vqmovn_s32(vcvtnq_s32_f32(x));
    store_low_bytes(p, vqmovun_s16(vcombine_s16(words, words)), count);
  }
  static void store_signed_bytes(std::int8_t* p, Floats x, std::size_t count) {
    const int16x4_t words = vqmovn_s32(vcvtnq_s32_f32(x));
    store_low_bytes(p, vreinterpret_u8_s8(vqmovn_s16(vcombine_s16(words, words))), count);
  }

  // 32-bit sums of products with 8-bit numbers.
  using Ints = int32x4_t;
  static Ints zero_ints() { return vdupq_n_s32(0); }
  static Ints load_ints(const void* p) { return vreinterpretq_s32_u8(vld1q_u8(static_cast<const std::uint8_t*>(p))); }
  static Ints set_ints(std::int32_t x) { return vdupq_n_s32(x); }
  static Ints subtract_product(Ints c, Ints a, Ints b) { return vmlsq_s32(c, a, b); }
  static Floats to_floats(Ints x) { return vcvtq_f32_s32(x); }

  // The even (low) and the odd (high) ones of 4 pairs of bf16.
  static Floats load_even_bf16(const std::uint16_t* p) { return vreinterpretq_f32_s32(vshlq_n_s32(load_ints(p), 16)); }
  static Floats load_odd_bf16(const std::uint16_t* p) {
    return vreinterpretq_f32_s32(vandq_s32(load_ints(p), vdupq_n_s32(-65536)));
  }

 private:
  static uint32x4_t lane_numbers() {
    constexpr std::uint32_t kNumbers[kLanes] = {0, 1, 2, 3};
    return vld1q_u32(kNumbers);
  }
  static void store_low_bytes(void* p, uint8x8_t x, std::size_t count) {
    std::uint8_t bytes[8];
    vst1_u8(bytes, x);
    if (count == kLanes) {
      __builtin_memcpy(p, bytes, kLanes);
    } else {
      __builtin_memcpy(p, bytes, count);
    }
  }
  static Floats first_halves(Floats a, Floats b) {
    return vreinterpretq_f32_f64(vtrn1q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)));
  }
  static Floats second_halves(Floats a, Floats b) {
    return vreinterpretq_f32_f64(vtrn2q_f64(vreinterpretq_f64_f32(a), vreinterpretq_f64_f32(b)));
  }
  static Floats power(int32x4_t n) { return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n, vdupq_n_s32(127)), 23)); }
};

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
