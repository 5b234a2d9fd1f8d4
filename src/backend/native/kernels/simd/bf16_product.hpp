// Products with bf16 weights. Panels hold, for every two inputs, two weights of each output.
#pragma once

#include "backend/native/kernels/simd/float_product.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

// Of float rows: weights are widened as they are read. Half the memory of float weights, and the same rate.
template <class V, std::size_t kTileRows, std::size_t kVectors>
struct WidenedTile {
  static constexpr std::size_t kRows = kTileRows;
  static constexpr std::size_t kColumns = kVectors * V::kLanes;
  static constexpr bool kRough = true;

  template <std::size_t kHeight>
  static void sums(const Product& product, std::size_t row, const std::byte* panel, float* out) {
    const float* rows = static_cast<const float*>(product.rows) + row * product.stride;
    const auto* pairs = reinterpret_cast<const std::uint16_t*>(panel);
    const std::size_t depth = product.weights->layout.depth;
    FloatsOf<V> sums[kHeight][kVectors];
    zero_sums<V>(sums);
    std::size_t k = 0;
    if constexpr (V::kMultipliesByLane) {
      for (; k + V::kLanes <= depth; k += V::kLanes, rows += V::kLanes, pairs += V::kLanes * kColumns) {
        __builtin_prefetch(pairs + 64 * kColumns);
        add_products_by_lane<V>(sums, rows, product.stride, [pairs](auto input, auto j) KERNEL_INLINE {
          const std::uint16_t* const at = pairs + input / 2 * 2 * kColumns + j * 2 * V::kLanes;
          return input % 2 == 0 ? V::load_even_bf16(at) : V::load_odd_bf16(at);
        });
      }
    }
    for (; k + 2 <= depth; k += 2, rows += 2, pairs += 2 * kColumns) {
      add_half<kHeight, false>(sums, rows, product.stride, pairs);
      __builtin_prefetch(pairs + 32 * kColumns);
      add_half<kHeight, true>(sums, rows + 1, product.stride, pairs);
      __builtin_prefetch(pairs + 33 * kColumns);
    }
    if (k < depth) add_half<kHeight, false>(sums, rows, product.stride, pairs);
    store_tile<V>(sums, out, kColumns);
  }

 private:
  template <std::size_t kHeight, bool kOdd>
  [[gnu::always_inline]] static void add_half(FloatsOf<V> (&sums)[kHeight][kVectors], const float* rows,
                                              std::size_t stride, const std::uint16_t* pairs) {
    FloatsOf<V> weights[kVectors];
    unrolled<kVectors>([&](auto j) KERNEL_INLINE {
      const std::uint16_t* const at = pairs + j * 2 * V::kLanes;
      weights[j] = kOdd ? V::load_odd_bf16(at) : V::load_even_bf16(at);
    });
    add_products<V>(sums, rows, stride, weights);
  }
};

// Of bf16 rows, with an instruction that multiplies pairs of bf16 and adds them up in float32.
template <class V, std::size_t kTileRows, std::size_t kVectors>
struct Bf16DotTile {
  static constexpr std::size_t kRows = kTileRows;
  static constexpr std::size_t kColumns = kVectors * V::kLanes;
  static constexpr bool kRough = true;

  template <std::size_t kHeight>
  static void sums(const Product& product, std::size_t row, const std::byte* panel, float* out) {
    const auto* rows = static_cast<const std::uint16_t*>(product.rows) + row * product.stride;
    const auto* pairs = reinterpret_cast<const std::uint16_t*>(panel);
    FloatsOf<V> sums[kHeight][kVectors];
    zero_sums<V>(sums);
    for (std::size_t k = 0; k < product.weights->layout.depth; k += 2, rows += 2, pairs += 2 * kColumns) {
      typename V::Ints weights[kVectors];
      unrolled<kVectors>([&](auto j) KERNEL_INLINE { weights[j] = V::load_ints(pairs + j * 2 * V::kLanes); });
      unrolled<kHeight>([&](auto r) KERNEL_INLINE {
        std::int32_t two;
        __builtin_memcpy(&two, rows + r * product.stride, 4);
        const typename V::Ints value = V::set_ints(two);
        unrolled<kVectors>([&](auto j) KERNEL_INLINE { sums[r][j] = V::add_bf16_dots(sums[r][j], value, weights[j]); });
      });
    }
    store_tile<V>(sums, out, kColumns);
  }
};

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
