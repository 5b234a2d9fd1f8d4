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
void row_to_bf16(const float* row, std::size_t columns, std::uint16_t* out) {
  for_vectors<V>(
      columns, [&](std::size_t i, std::size_t count) { V::store_bf16(out + i, load_some<V>(row + i, count), count); });
  for (std::size_t i = columns; i < rounded_up(columns, 32); ++i) out[i] = 0;
}

// A row of floats whose columns are multiplied with factors, unless those are null.
struct ScaledRow {
  const float* values;
  const float* factors;
};

template <class V>
[[gnu::always_inline]] inline FloatsOf<V> load_some(const ScaledRow& row, std::size_t i, std::size_t count) {
  const FloatsOf<V> x = load_some<V>(row.values + i, count);
  return row.factors == nullptr ? x : V::mul(x, load_some<V>(row.factors + i, count));
}

struct Range {
  float lowest;
  float highest;
  bool finite;  // whether all values are
};

// Of the row's values and zero; four chains of minima and maxima, which leave a NaN out.
template <class V>
Range range_of(const ScaledRow& row, std::size_t columns) {
  FloatsOf<V> least[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
  FloatsOf<V> greatest[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
  FloatsOf<V> zeros[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
  const auto take = [&](std::size_t chain, FloatsOf<V> x) KERNEL_INLINE {
    least[chain] = V::min(x, least[chain]);
    greatest[chain] = V::max(x, greatest[chain]);
    zeros[chain] = V::fma(x, V::zero(), zeros[chain]);
  };
  std::size_t i = 0;
  for (; i + 4 * V::kLanes <= columns; i += 4 * V::kLanes) {
    unrolled<4>([&](auto j) KERNEL_INLINE { take(j, load_some<V>(row, i + j * V::kLanes, V::kLanes)); });
  }
  for (; i < columns; i += V::kLanes) take(0, load_some<V>(row, i, smaller(V::kLanes, columns - i)));
  const FloatsOf<V> low = V::min(V::min(least[0], least[1]), V::min(least[2], least[3]));
  const FloatsOf<V> high = V::max(V::max(greatest[0], greatest[1]), V::max(greatest[2], greatest[3]));
  const FloatsOf<V> odd = V::add(V::add(zeros[0], zeros[1]), V::add(zeros[2], zeros[3]));
  return {-V::greatest(V::sub(V::zero(), low)), V::greatest(high), V::sum(odd) == 0};
}

// From the least to the greatest value of the row, zero among them, in 255 steps. A value that is not finite makes the
// scale NaN, and with it what the row is multiplied with.
template <class V>
RowScale row_to_uint8(const ScaledRow& row, std::size_t columns, std::uint8_t* out) {
  const auto [lowest, highest, finite] = range_of<V>(row, columns);
  const float range = highest - lowest;
  const float scale = range > 0 ? range / 255 : 1;
  const float inverse = 1 / scale;
  const float zero = __builtin_rintf(-lowest * inverse);
  for_vectors<V>(columns, [&](std::size_t i, std::size_t count) {
    const FloatsOf<V> steps = V::fma(load_some<V>(row, i, count), V::set(inverse), V::set(zero));
    V::store_bytes(out + i, V::min(V::max(steps, V::zero()), V::set(255.F)), count);
  });
  for (std::size_t i = columns; i < rounded_up(columns, 64); ++i) out[i] = 0;
  return finite ? RowScale{scale, static_cast<std::int32_t>(zero)} : RowScale{__builtin_nanf(""), 0};
}

// To `out`, from its element `at` on; `scale` is for uint8, and so are the row's factors.
template <class V>
void row_to_operand(const ScaledRow& scaled, std::size_t columns, Operand type, void* out, std::size_t at,
                    RowScale* scale) {
  const float* const row = scaled.values;
  switch (type) {
    case Operand::fp32:
      for_vectors<V>(columns, [&](std::size_t i, std::size_t count) {
        store_some<V>(static_cast<float*>(out) + at + i, load_some<V>(row + i, count), count);
      });
      return;
    case Operand::bf16: return row_to_bf16<V>(row, columns, static_cast<std::uint16_t*>(out) + at);
    case Operand::slices:
      if constexpr (requires { &V::row_to_slices; }) {
        *scale = V::row_to_slices(row, columns, static_cast<std::int8_t*>(out) + at);
      }
      return;
    case Operand::uint8: *scale = row_to_uint8<V>(scaled, columns, static_cast<std::uint8_t*>(out) + at); return;
  }
}

template <class V>
void convert(const Conversion& conversion) {
  for (std::size_t r = 0; r < conversion.row_count; ++r) {
    row_to_operand<V>({conversion.rows + r * conversion.stride, conversion.factors}, conversion.columns,
                      conversion.type, conversion.out, r * conversion.out_stride, conversion.scales + r);
  }
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
