// Panels of bf16 and int8 weights. For every `kGroup` inputs a panel holds those weights of each of its outputs, one
// output after the other; the depth is filled up with zeros to a multiple of `kDepthStep`. An int8 panel begins with a
// ByteHeader.
#pragma once

#include "backend/native/kernels/simd/byte_product.hpp"
#include "backend/native/kernels/simd/pack_floats.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

template <class V, std::size_t kColumns, std::size_t kGroup, std::size_t kDepthStep>
void pack_bf16(const PanelSource& source, std::byte* panel) {
  constexpr std::size_t kChunk = 64;
  auto* const out = reinterpret_cast<std::uint16_t*>(panel);
  const std::size_t padded = rounded_up(source.depth, kDepthStep);
  for (std::size_t j = 0; j < kColumns; ++j) {
    const float* const row = source_row(source, j);
    const std::size_t depth = row == nullptr ? 0 : source.depth;
    for (std::size_t start = 0; start < padded; start += kChunk) {
      std::uint16_t rounded[kChunk] = {};
      for (std::size_t k = 0; k < kChunk && start + k < depth; k += V::kLanes) {
        const std::size_t count = smaller(V::kLanes, depth - start - k);
        V::store_bf16(rounded + k, V::load_part(row + start + k, count), count);
      }
      for (std::size_t k = 0; k < smaller(kChunk, padded - start); ++k) {
        out[(start + k) / kGroup * kGroup * kColumns + kGroup * j + k % kGroup] = rounded[k];
      }
    }
  }
}

template <class V>
float greatest_size(const float* row, std::size_t depth) {
  FloatsOf<V> greatest = V::zero();
  for (std::size_t k = 0; k < depth; k += V::kLanes) {
    greatest = V::max(greatest, V::abs(V::load_part(row + k, smaller(V::kLanes, depth - k))));
  }
  return V::greatest(greatest);
}

// Each output's weights in steps of its greatest one's 127th part.
template <class V, std::size_t kColumns, std::size_t kGroup, std::size_t kDepthStep>
void pack_bytes(const PanelSource& source, std::byte* panel) {
  constexpr std::size_t kChunk = 64;
  auto* const header = reinterpret_cast<ByteHeader<kColumns>*>(panel);
  auto* const out = reinterpret_cast<std::int8_t*>(panel + sizeof(ByteHeader<kColumns>));
  const std::size_t padded = rounded_up(source.depth, kDepthStep);
  for (std::size_t j = 0; j < kColumns; ++j) {
    const float* const row = source_row(source, j);
    const std::size_t depth = row == nullptr ? 0 : source.depth;
    const float greatest = greatest_size<V>(row, depth);
    const float scale = greatest > 0 ? greatest / 127 : 1;
    std::int32_t sum = 0;
    for (std::size_t start = 0; start < padded; start += kChunk) {
      std::int8_t rounded[kChunk] = {};
      for (std::size_t k = 0; k < kChunk && start + k < depth; k += V::kLanes) {
        const std::size_t count = smaller(V::kLanes, depth - start - k);
        const FloatsOf<V> steps = V::round(V::div(V::load_part(row + start + k, count), V::set(scale)));
        V::store_signed_bytes(rounded + k, V::max(V::set(-127.F), V::min(V::set(127.F), steps)), count);
      }
      for (std::size_t k = 0; k < smaller(kChunk, padded - start); ++k) {
        out[(start + k) / kGroup * kGroup * kColumns + kGroup * j + k % kGroup] = rounded[k];
        sum += rounded[k];
      }
    }
    header->scales[j] = row == nullptr ? 0 : scale;
    header->sums[j] = sum;
  }
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
