// Rows of floats to operands of products.
#pragma once

#include "backend/native/kernels/simd/epilogue.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

// call(i, count) for each vector's worth of `columns` values.
template <class V, class Call>
[[gnu::always_inline]] inline void for_vectors(std::size_t columns, Call call) {
  std::size_t i = 0;
  for (; i + V::kLanes <= columns; i += V::kLanes) call(i, V::kLanes);
  if (i < columns) call(i, columns - i);
}

template <class V>
[[gnu::always_inline]] inline FloatsOf<V> load_some(const float* p, std::size_t count) {
  return count == V::kLanes ? V::load(p) : V::load_part(p, count);
}

template <class V>
[[gnu::always_inline]] inline void store_some(float* p, FloatsOf<V> x, std::size_t count) {
  if (count == V::kLanes) {
    V::store(p, x);
  } else {
    V::store_part(p, x, count);
  }
}

template <class V>
void row_to_bf16(const float* row, std::size_t columns, std::uint16_t* out) {
  for_vectors<V>(
      columns, [&](std::size_t i, std::size_t count) { V::store_bf16(out + i, load_some<V>(row + i, count), count); });
  for (std::size_t i = columns; i < rounded_up(columns, 32); ++i) out[i] = 0;
}

// From the least to the greatest value of the row, zero among them, in 255 steps; NaN becomes byte 0.
template <class V>
RowScale row_to_uint8(const float* row, std::size_t columns, std::uint8_t* out) {
  FloatsOf<V> least = V::zero();
  FloatsOf<V> greatest = V::zero();
  for_vectors<V>(columns, [&](std::size_t i, std::size_t count) {
    const FloatsOf<V> x = load_some<V>(row + i, count);
    least = V::min(x, least);
    greatest = V::max(x, greatest);
  });
  const float lowest = -V::greatest(V::sub(V::zero(), least));
  const float range = V::greatest(greatest) - lowest;
  const float scale = range > 0 ? range / 255 : 1;
  const float inverse = 1 / scale;
  const float zero = __builtin_rintf(-lowest * inverse);
  for_vectors<V>(columns, [&](std::size_t i, std::size_t count) {
    const FloatsOf<V> steps = V::round(V::mul(load_some<V>(row + i, count), V::set(inverse)));
    const FloatsOf<V> above = V::max(V::add(steps, V::set(zero)), V::zero());
    V::store_bytes(out + i, V::min(above, V::set(255.F)), count);
  });
  for (std::size_t i = columns; i < rounded_up(columns, 64); ++i) out[i] = 0;
  return {scale, __builtin_isfinite(zero) ? static_cast<std::int32_t>(zero) : 0};
}

template <class V>
void row_to_operand(const float* row, std::size_t columns, Operand type, void* out, std::size_t at, RowScale* scale) {
  switch (type) {
    case Operand::fp32:
      for_vectors<V>(columns, [&](std::size_t i, std::size_t count) {
        store_some<V>(static_cast<float*>(out) + at + i, load_some<V>(row + i, count), count);
      });
      return;
    case Operand::bf16: return row_to_bf16<V>(row, columns, static_cast<std::uint16_t*>(out) + at);
    case Operand::uint8: *scale = row_to_uint8<V>(row, columns, static_cast<std::uint8_t*>(out) + at); return;
  }
}

template <class V>
void convert(const Conversion& conversion) {
  for (std::size_t r = 0; r < conversion.row_count; ++r) {
    row_to_operand<V>(conversion.rows + r * conversion.stride, conversion.columns, conversion.type, conversion.out,
                      r * conversion.out_stride, conversion.scales + r);
  }
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
