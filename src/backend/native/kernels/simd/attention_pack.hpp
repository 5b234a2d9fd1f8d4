// A block of a head's keys and values, packed for products of tiles.
#pragma once

#include "backend/native/kernels/simd/float_product.hpp"
#include "backend/native/kernels/simd/rows.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

inline constexpr std::size_t kKeyBlock = 512;

struct KeyRange {
  std::size_t begin;
  std::size_t end;
};

constexpr std::size_t larger(std::size_t a, std::size_t b) { return a > b ? a : b; }

// Values of a head, in whole vectors.
template <class V>
constexpr std::size_t packed_width(std::size_t head_size) {
  return rounded_up(head_size, V::kLanes);
}

// The panels that hold `keys`; the sequence's last panel ends with its last vector.
template <class V>
KeyRange in_panels(const KeyRange& keys, const Attention& attention) {
  const std::size_t panel = V::kTileVectors * V::kLanes;
  const std::size_t end = rounded_up(attention.length, V::kLanes);
  return {keys.begin / panel * panel, smaller(rounded_up(keys.end, panel), end)};
}

// Keys from `keys.begin` to `keys.end`, the last ones zeros if the sequence ends before. `columns`: panels of
// V::kTileVectors vectors of keys, the last panel of what is left, each with one row for each value of a head. `rows`:
// panels of V::kTileVectors vectors of values, the last panel of what is left, each with one row for each key.
struct PackedKeys {
  KeyRange keys;
  const float* columns;
  const float* rows;
};

template <class V>
void pack_columns(const float* keys, std::size_t stride, std::size_t count, std::size_t head_size, std::size_t vectors,
                  float* out) {
  const std::size_t width = vectors * V::kLanes;
  for (std::size_t first = 0; first < width; first += V::kLanes) {
    for (std::size_t i = 0; i < head_size; i += V::kLanes) {
      const std::size_t depth = smaller(V::kLanes, head_size - i);
      FloatsOf<V> square[V::kLanes];
      for (std::size_t k = 0; k < V::kLanes; ++k) {
        square[k] = first + k < count ? load_some<V>(keys + (first + k) * stride + i, depth) : V::zero();
      }
      V::transpose(square);
      for (std::size_t d = 0; d < depth; ++d) V::store(out + (i + d) * width + first, square[d]);
    }
  }
}

template <class V>
PackedKeys pack_keys(const Attention& attention, std::size_t head, const KeyRange& keys, float* columns, float* rows) {
  const std::size_t stride = attention.stride;
  const std::size_t head_size = attention.head_size;
  const float* const key = static_cast<const float*>(attention.key) + head * head_size;
  const float* const value = static_cast<const float*>(attention.value) + head * head_size;
  const std::size_t padded = keys.end - keys.begin;
  const std::size_t count = smaller(keys.end, attention.length) - keys.begin;
  for (std::size_t first = 0; first < padded; first += V::kTileVectors * V::kLanes) {
    const std::size_t vectors = smaller(V::kTileVectors, (padded - first) / V::kLanes);
    const std::size_t some = count > first ? count - first : 0;
    pack_columns<V>(key + (keys.begin + first) * stride, stride, some, head_size, vectors, columns + first * head_size);
  }
  for (std::size_t column = 0; column < head_size; column += V::kTileVectors * V::kLanes) {
    const std::size_t width = smaller(V::kTileVectors * V::kLanes, packed_width<V>(head_size - column));
    float* const panel = rows + column * padded;
    for (std::size_t k = 0; k < count; ++k) {
      for_vectors<V>(smaller(width, head_size - column), [&](std::size_t i, std::size_t some) {
        V::store(panel + k * width + i, load_some<V>(value + (keys.begin + k) * stride + column + i, some));
      });
    }
  }
  return {keys, columns, rows};
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
