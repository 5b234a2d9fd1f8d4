// What is done row by row: norms, gathering, rotation.
#pragma once

#include "backend/native/kernels/simd/operands.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

// The sum of call(x) over a row, lanes and then vectors in an order that depends on the length alone.
template <class V, class Call>
[[gnu::always_inline]] inline float sum_of(const float* row, std::size_t columns, Call call) {
  FloatsOf<V> sums[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
  std::size_t i = 0;
  for (; i + 4 * V::kLanes <= columns; i += 4 * V::kLanes) {
#pragma GCC unroll 4
    for (std::size_t j = 0; j < 4; ++j) sums[j] = V::add(sums[j], call(V::load(row + i + j * V::kLanes)));
  }
  for (; i < columns; i += V::kLanes) {
    const std::size_t count = smaller(V::kLanes, columns - i);
    sums[0] = V::add(sums[0], V::keep(call(load_some<V>(row + i, count)), 0, count, V::zero()));
  }
  return V::sum(V::add(V::add(sums[0], sums[1]), V::add(sums[2], sums[3])));
}

template <class V>
void scale_and_shift(const Norm& norm, const float* row, float mean, float inverse, float* out) {
  for_vectors<V>(norm.columns, [&](std::size_t i, std::size_t count) {
    FloatsOf<V> x = V::mul(V::sub(load_some<V>(row + i, count), V::set(mean)), V::set(inverse));
    if (norm.gamma != nullptr) x = V::mul(x, load_some<V>(norm.gamma + i, count));
    if (norm.beta != nullptr) x = V::add(x, load_some<V>(norm.beta + i, count));
    store_some<V>(out + i, x, count);
  });
}

template <class V>
bool norm(const Norm& norm) {
  bool finite = true;
  const auto count = static_cast<float>(norm.columns);
  for (std::size_t r = 0; r < norm.row_count; ++r) {
    const float* const row = norm.rows + r * norm.stride;
    float* const out = norm.out + r * norm.out_stride;
    const float mean =
        norm.root_mean_square ? 0 : sum_of<V>(row, norm.columns, [](FloatsOf<V> x) { return x; }) / count;
    const float squares = sum_of<V>(row, norm.columns, [mean](FloatsOf<V> x) {
      const FloatsOf<V> distance = V::sub(x, V::set(mean));
      return V::mul(distance, distance);
    });
    finite = finite && __builtin_isfinite(squares);
    scale_and_shift<V>(norm, row, mean, 1 / __builtin_sqrtf(squares / count + norm.epsilon), out);
    if (norm.operand == nullptr || norm.operand_type == Operand::fp32) continue;
    row_to_operand<V>({out, norm.factors}, norm.columns, norm.operand_type, norm.operand, r * norm.operand_stride,
                      norm.scales + r);
  }
  return finite;
}

template <class V>
void gather(const Gather& gather) {
  for (std::size_t r = 0; r < gather.row_count; ++r) {
    const auto row_of = [&](const float* table, const std::uint32_t* indices) {
      return table == nullptr ? nullptr : table + (indices == nullptr ? 0 : indices[r]) * gather.columns;
    };
    const float* const word = row_of(gather.word_table, gather.token_ids);
    const float* const type = row_of(gather.type_table, gather.types);
    const float* const position = row_of(gather.position_table, gather.positions);
    float* const out = gather.out + r * gather.out_stride;
    for_vectors<V>(gather.columns, [&](std::size_t i, std::size_t count) {
      FloatsOf<V> x = load_some<V>(word + i, count);
      if (type != nullptr) x = V::add(x, load_some<V>(type + i, count));
      if (position != nullptr) x = V::add(x, load_some<V>(position + i, count));
      store_some<V>(out + i, x, count);
    });
  }
}

template <class V>
void rotate(const Rotation& rotation) {
  const std::size_t half = rotation.head_size / 2;
  for (std::size_t r = 0; r < rotation.row_count; ++r) {
    const float* const cosine = rotation.cosine + rotation.positions[r] * half;
    const float* const sine = rotation.sine + rotation.positions[r] * half;
    for (std::size_t h = 0; h < rotation.heads; ++h) {
      float* const first = rotation.rows + r * rotation.stride + h * rotation.head_size;
      float* const second = first + half;
      for_vectors<V>(half, [&](std::size_t i, std::size_t count) {
        const FloatsOf<V> a = load_some<V>(first + i, count);
        const FloatsOf<V> b = load_some<V>(second + i, count);
        const FloatsOf<V> c = load_some<V>(cosine + i, count);
        const FloatsOf<V> s = load_some<V>(sine + i, count);
        store_some<V>(first + i, V::fnma(b, s, V::mul(a, c)), count);
        store_some<V>(second + i, V::fma(a, s, V::mul(b, c)), count);
      });
    }
  }
}

// x - x is 0, or NaN where x is not finite.
template <class V>
bool all_finite(const float* values, std::size_t count) {
  return sum_of<V>(values, count, [](FloatsOf<V> x) { return V::sub(x, x); }) == 0;
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
