// Products of float rows with float panels.
#pragma once

#include "backend/native/kernels/simd/tiles.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

template <class V, std::size_t kRows, std::size_t kVectors>
[[gnu::always_inline]] inline void zero_sums(FloatsOf<V> (&sums)[kRows][kVectors]) {
  unrolled<kRows>([&](auto r)
                      KERNEL_INLINE { unrolled<kVectors>([&](auto j) KERNEL_INLINE { sums[r][j] = V::zero(); }); });
}

template <class V, std::size_t kRows, std::size_t kVectors>
[[gnu::always_inline]] inline void add_products(FloatsOf<V> (&sums)[kRows][kVectors], const float* rows,
                                                std::size_t stride, const FloatsOf<V> (&weights)[kVectors]) {
  unrolled<kRows>([&](auto r) KERNEL_INLINE {
    const FloatsOf<V> value = V::set(rows[r * stride]);
    unrolled<kVectors>([&](auto j) KERNEL_INLINE { sums[r][j] = V::fma(value, weights[j], sums[r][j]); });
  });
}

// A vector of each row's inputs at once, for a V that multiplies by one lane of it. weights_at(input, vector).
template <class V, std::size_t kRows, std::size_t kVectors, class WeightsAt>
[[gnu::always_inline]] inline void add_products_by_lane(FloatsOf<V> (&sums)[kRows][kVectors], const float* rows,
                                                        std::size_t stride, WeightsAt weights_at) {
  FloatsOf<V> values[kRows];
  unrolled<kRows>([&](auto r) KERNEL_INLINE { values[r] = V::load(rows + r * stride); });
  unrolled<V::kLanes>([&](auto lane) KERNEL_INLINE {
    FloatsOf<V> weights[kVectors];
    unrolled<kVectors>([&](auto j) KERNEL_INLINE { weights[j] = weights_at(lane, j); });
    unrolled<kRows>([&](auto r) KERNEL_INLINE {
      unrolled<kVectors>([&](auto j) KERNEL_INLINE {
        sums[r][j] = V::template fma_lane<decltype(lane)::kAt>(weights[j], values[r], sums[r][j]);
      });
    });
  });
}

template <class V, std::size_t kRows, std::size_t kVectors>
[[gnu::always_inline]] inline void store_tile(const FloatsOf<V> (&sums)[kRows][kVectors], float* out,
                                              std::size_t out_stride) {
  unrolled<kRows>([&](auto r) KERNEL_INLINE {
    unrolled<kVectors>([&](auto j) KERNEL_INLINE { V::store(out + r * out_stride + j * V::kLanes, sums[r][j]); });
  });
}

// out = rows x panel, or out + rows x panel where `go_on`.
struct FloatTileCall {
  const float* rows;
  std::size_t stride;
  const float* panel;
  std::size_t depth;
  bool go_on;
  float* out;
  std::size_t out_stride;
};

template <class V, std::size_t kRows, std::size_t kVectors>
void float_tile(const FloatTileCall& call) {
  constexpr std::size_t kColumns = kVectors * V::kLanes;
  constexpr std::size_t kAhead = 16 * kColumns;
  FloatsOf<V> sums[kRows][kVectors];
  zero_sums<V>(sums);
  if (call.go_on) {
    unrolled<kRows>([&](auto r) KERNEL_INLINE {
      unrolled<kVectors>([&](auto j)
                             KERNEL_INLINE { sums[r][j] = V::load(call.out + r * call.out_stride + j * V::kLanes); });
    });
  }
  const float* rows = call.rows;
  const float* panel = call.panel;
  std::size_t k = 0;
  if constexpr (V::kMultipliesByLane) {
    for (; k + V::kLanes <= call.depth; k += V::kLanes, rows += V::kLanes, panel += V::kLanes * kColumns) {
      __builtin_prefetch(panel + 2 * kAhead);
      __builtin_prefetch(panel + 2 * kAhead + 16);
      add_products_by_lane<V>(sums, rows, call.stride, [panel](auto input, auto j) KERNEL_INLINE {
        return V::load(panel + input * kColumns + j * V::kLanes);
      });
    }
  }
  for (; k < call.depth; ++k, ++rows, panel += kColumns) {
    FloatsOf<V> weights[kVectors];
    unrolled<kVectors>([&](auto j) KERNEL_INLINE { weights[j] = V::load(panel + j * V::kLanes); });
    for (std::size_t j = 0; j < kColumns; j += 16) __builtin_prefetch(panel + kAhead + j);
    add_products<V>(sums, rows, call.stride, weights);
  }
  store_tile<V>(sums, call.out, call.out_stride);
}

template <class V, std::size_t kRows, std::size_t kVectors>
void choose_float_tile(std::size_t rows, std::size_t vectors, const FloatTileCall& call) {
  if (rows < kRows) {
    if constexpr (kRows > 1) choose_float_tile<V, kRows - 1, kVectors>(rows, vectors, call);
  } else if (vectors < kVectors) {
    if constexpr (kVectors > 1) choose_float_tile<V, kRows, kVectors - 1>(rows, vectors, call);
  } else {
    float_tile<V, kRows, kVectors>(call);
  }
}

// A tile of 1 to V::kTileRows rows and 1 to V::kTileVectors vectors; the panel has as many for each input.
template <class V>
void multiply_tile(std::size_t rows, std::size_t vectors, const FloatTileCall& call) {
  choose_float_tile<V, V::kTileRows, V::kTileVectors>(rows, vectors, call);
}

template <class V>
struct FloatTile {
  static constexpr std::size_t kRows = V::kTileRows;
  static constexpr std::size_t kColumns = V::kTileVectors * V::kLanes;
  static constexpr bool kRough = false;

  template <std::size_t kHeight>
  static void sums(const Product& product, std::size_t row, const std::byte* panel, float* out) {
    float_tile<V, kHeight, V::kTileVectors>({static_cast<const float*>(product.rows) + row * product.stride,
                                             product.stride, reinterpret_cast<const float*>(panel),
                                             product.weights->layout.depth, false, out, kColumns});
  }
};

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
