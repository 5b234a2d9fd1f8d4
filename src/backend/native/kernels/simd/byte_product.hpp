// Products of uint8 rows with int8 weights, summed in 32 bits. What a row stands for is
// scale * (value - zero), so the sum over a row is scale * (sum of value * weight - zero * sum of weight).
#pragma once

#include "backend/native/kernels/simd/tiles.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

// How an int8 panel begins.
template <std::size_t kColumns>
struct ByteHeader {
  float scales[kColumns];
  std::int32_t sums[kColumns];
};

template <class V, std::size_t kRows, std::size_t kVectors>
[[gnu::always_inline]] inline void scale_sums(const typename V::Ints (&sums)[kRows][kVectors], const RowScale* scales,
                                              const ByteHeader<kVectors * V::kLanes>& header, float* out) {
  constexpr std::size_t kColumns = kVectors * V::kLanes;
  unrolled<kVectors>([&](auto j) KERNEL_INLINE {
    const typename V::Ints weight_sums = V::load_ints(header.sums + j * V::kLanes);
    const FloatsOf<V> weight_scales = V::load(header.scales + j * V::kLanes);
    unrolled<kRows>([&](auto r) KERNEL_INLINE {
      const typename V::Ints sum = V::subtract_product(sums[r][j], V::set_ints(scales[r].zero), weight_sums);
      const FloatsOf<V> scale = V::mul(V::set(scales[r].scale), weight_scales);
      V::store(out + r * kColumns + j * V::kLanes, V::mul(V::to_floats(sum), scale));
    });
  });
}

// With an instruction that multiplies four bytes by four and adds them up. Panels hold, for every four inputs, four
// weights of each output.
template <class V, std::size_t kTileRows, std::size_t kVectors>
struct DotTile {
  static constexpr std::size_t kRows = kTileRows;
  static constexpr std::size_t kColumns = kVectors * V::kLanes;
  static constexpr bool kRough = true;
  static constexpr std::size_t kGroup = 4;

  template <std::size_t kHeight>
  static void sums(const Product& product, std::size_t row, const std::byte* panel, float* out) {
    using Header = ByteHeader<kColumns>;
    const auto* rows = static_cast<const std::uint8_t*>(product.rows) + row * product.stride;
    const auto* weights = reinterpret_cast<const std::int8_t*>(panel + sizeof(Header));
    typename V::Ints sums[kHeight][kVectors];
    unrolled<kHeight>(
        [&](auto r) KERNEL_INLINE { unrolled<kVectors>([&](auto j) KERNEL_INLINE { sums[r][j] = V::zero_ints(); }); });
    for (std::size_t k = 0; k < product.weights->layout.depth; k += 4, rows += 4, weights += 4 * kColumns) {
      typename V::Ints group[kVectors];
      unrolled<kVectors>([&](auto j) KERNEL_INLINE { group[j] = V::load_ints(weights + j * 4 * V::kLanes); });
      __builtin_prefetch(weights + 64 * kColumns);
      unrolled<kHeight>([&](auto r) KERNEL_INLINE {
        std::int32_t four;
        __builtin_memcpy(&four, rows + r * product.stride, 4);
        const typename V::Ints value = V::set_ints(four);
        unrolled<kVectors>([&](auto j) KERNEL_INLINE { sums[r][j] = V::add_dots(sums[r][j], value, group[j]); });
      });
    }
    scale_sums<V>(sums, product.scales + row, *reinterpret_cast<const Header*>(panel), out);
  }
};

// Without: bytes are widened to 16 bits, so that no sum of two products saturates. Panels hold, for every two inputs,
// two weights of each output.
template <class V, std::size_t kTileRows, std::size_t kVectors>
struct PairTile {
  static constexpr std::size_t kRows = kTileRows;
  static constexpr std::size_t kColumns = kVectors * V::kLanes;
  static constexpr bool kRough = true;
  static constexpr std::size_t kGroup = 2;
  static constexpr std::size_t kChunk = 512;  // inputs widened at a time

  template <std::size_t kHeight>
  static void sums(const Product& product, std::size_t row, const std::byte* panel, float* out) {
    using Header = ByteHeader<kColumns>;
    alignas(64) std::int16_t wide[kHeight * kChunk];
    const auto* rows = static_cast<const std::uint8_t*>(product.rows) + row * product.stride;
    const auto* weights = reinterpret_cast<const std::int8_t*>(panel + sizeof(Header));
    typename V::Ints sums[kHeight][kVectors];
    unrolled<kHeight>(
        [&](auto r) KERNEL_INLINE { unrolled<kVectors>([&](auto j) KERNEL_INLINE { sums[r][j] = V::zero_ints(); }); });
    const std::size_t depth = rounded_up(product.weights->layout.depth, 2);
    for (std::size_t done = 0; done < depth; done += kChunk, rows += kChunk) {
      const std::size_t count = smaller(kChunk, depth - done);
      for (std::size_t r = 0; r < kHeight; ++r) {
        for (std::size_t k = 0; k < count; ++k) wide[r * kChunk + k] = rows[r * product.stride + k];
      }
      for (std::size_t k = 0; k < count; k += 2, weights += 2 * kColumns) {
        typename V::Ints pairs[kVectors];
        unrolled<kVectors>([&](auto j) KERNEL_INLINE { pairs[j] = V::load_widened(weights + j * 2 * V::kLanes); });
        unrolled<kHeight>([&](auto r) KERNEL_INLINE {
          std::int32_t two;
          __builtin_memcpy(&two, wide + r * kChunk + k, 4);
          const typename V::Ints value = V::set_ints(two);
          unrolled<kVectors>([&](auto j)
                                 KERNEL_INLINE { sums[r][j] = V::add_pair_products(sums[r][j], value, pairs[j]); });
        });
      }
    }
    scale_sums<V>(sums, product.scales + row, *reinterpret_cast<const Header*>(panel), out);
  }
};

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
