// Panels of float weights: for every input, the weights of each of the panel's outputs.
#pragma once

#include "backend/native/kernels/simd/epilogue.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

// `kDepthStep`: to what the depth is filled up with zeros.
template <std::size_t kColumns, std::size_t kDepthStep, std::size_t kWeightBytes, std::size_t kHeaderBytes = 0>
Layout panel_layout(std::size_t columns, std::size_t depth) {
  const std::size_t bytes = rounded_up(kHeaderBytes + rounded_up(depth, kDepthStep) * kColumns * kWeightBytes, 64);
  return {columns, depth, kColumns, bytes, (columns + kColumns - 1) / kColumns};
}

inline const float* source_row(const PanelSource& source, std::size_t column) {
  return column < source.columns ? source.rows[column] : nullptr;
}

// A square of `source` at input `first`, one output a row; zeros where there is nothing.
template <class V>
[[gnu::always_inline]] inline void load_square(const PanelSource& source, std::size_t column, std::size_t first,
                                               FloatsOf<V> (&square)[V::kLanes]) {
  const std::size_t depth = smaller(V::kLanes, source.depth - first);
  for (std::size_t i = 0; i < V::kLanes; ++i) {
    const float* const row = source_row(source, column + i);
    square[i] = row == nullptr ? V::zero() : V::load_part(row + first, depth);
  }
}

template <class V, std::size_t kColumns>
void pack_floats(const PanelSource& source, std::byte* panel) {
  auto* const out = reinterpret_cast<float*>(panel);
  for (std::size_t first = 0; first < source.depth; first += V::kLanes) {
    const std::size_t depth = smaller(V::kLanes, source.depth - first);
    for (std::size_t j = 0; j < kColumns; j += V::kLanes) {
      FloatsOf<V> square[V::kLanes];
      load_square<V>(source, j, first, square);
      V::transpose(square);
      for (std::size_t k = 0; k < depth; ++k) V::store(out + (first + k) * kColumns + j, square[k]);
    }
  }
  for (std::size_t i = source.depth * kColumns; i < rounded_up(source.depth * kColumns, 16); ++i) out[i] = 0;
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
