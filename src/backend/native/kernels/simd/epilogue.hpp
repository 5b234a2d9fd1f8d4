// From the sums of a tile, rows by one panel's outputs, to the result of a product.
#pragma once

#include "backend/native/kernels/simd/functions.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::size_t smaller(std::size_t a, std::size_t b) { return a < b ? a : b; }
constexpr std::size_t rounded_up(std::size_t x, std::size_t step) { return (x + step - 1) / step * step; }

// Where a tile stands in the result.
struct TilePlace {
  std::size_t row;
  std::size_t rows;
  std::size_t panel;
};

template <class V>
[[gnu::always_inline]] inline void store_results(const Product& product, std::size_t row, std::size_t column,
                                                 FloatsOf<V> value, std::size_t count) {
  if (product.residual != nullptr) {
    const float* const residual = product.residual + row * product.residual_stride + column;
    value = V::add(value, count == V::kLanes ? V::load(residual) : V::load_part(residual, count));
  }
  const std::size_t at = row * product.out_stride + column;
  if (product.out_type == Operand::bf16) {
    V::store_bf16(static_cast<std::uint16_t*>(product.out) + at, value, count);
  } else if (count == V::kLanes) {
    V::store(static_cast<float*>(product.out) + at, value);
  } else {
    V::store_part(static_cast<float*>(product.out) + at, value, count);
  }
}

template <class V>
[[gnu::always_inline]] inline FloatsOf<V> bias_of(const Product& product, std::size_t column, std::size_t count) {
  if (product.bias == nullptr) return V::zero();
  return count == V::kLanes ? V::load(product.bias + column) : V::load_part(product.bias + column, count);
}

// Whole lines of bf16, where V makes them of two vectors.
template <class V, Activation kActivation, bool kRough>
void finish_lines(const Product& product, const TilePlace& place, const float* tile) {
  constexpr std::size_t kColumns = 2 * V::kLanes;
  const std::size_t column = place.panel * kColumns;
  const FloatsOf<V> first_bias = bias_of<V>(product, column, V::kLanes);
  const FloatsOf<V> second_bias = bias_of<V>(product, column + V::kLanes, V::kLanes);
  auto* out = static_cast<std::uint16_t*>(product.out) + place.row * product.out_stride + column;
  for (std::size_t r = 0; r < place.rows; ++r, out += product.out_stride) {
    const float* const sums = tile + r * kColumns;
    V::store_bf16(out, activate<V, kActivation, kRough>(V::add(V::load(sums), first_bias)),
                  activate<V, kActivation, kRough>(V::add(V::load(sums + V::kLanes), second_bias)));
  }
}

template <class V, std::size_t kVectors, Activation kActivation, bool kRough>
void finish_plain(const Product& product, const TilePlace& place, const float* tile) {
  constexpr std::size_t kColumns = kVectors * V::kLanes;
  if constexpr (kVectors == 2 && requires(FloatsOf<V> x) { V::store_bf16(nullptr, x, x); }) {
    const bool is_whole = (place.panel + 1) * kColumns <= product.weights->layout.columns;
    if (product.out_type == Operand::bf16 && product.residual == nullptr && is_whole) {
      return finish_lines<V, kActivation, kRough>(product, place, tile);
    }
  }
  for (std::size_t j = 0; j < kVectors; ++j) {
    const std::size_t column = place.panel * kColumns + j * V::kLanes;
    if (column >= product.weights->layout.columns) return;
    const std::size_t count = smaller(V::kLanes, product.weights->layout.columns - column);
    const FloatsOf<V> bias = bias_of<V>(product, column, count);
    for (std::size_t r = 0; r < place.rows; ++r) {
      const FloatsOf<V> sum = V::load(tile + r * kColumns + j * V::kLanes);
      store_results<V>(product, place.row + r, column, activate<V, kActivation, kRough>(V::add(sum, bias)), count);
    }
  }
}

template <class V, std::size_t kVectors, Activation kActivation, bool kRough>
void finish_gated(const Product& product, const TilePlace& place, const float* tile) {
  constexpr std::size_t kColumns = kVectors * V::kLanes;
  constexpr std::size_t kHalf = kColumns / 2;
  for (std::size_t j = 0; j < kVectors / 2; ++j) {
    const std::size_t column = place.panel * kColumns + j * V::kLanes;
    const FloatsOf<V> first_bias = bias_of<V>(product, column, V::kLanes);
    const FloatsOf<V> second_bias = bias_of<V>(product, column + kHalf, V::kLanes);
    for (std::size_t r = 0; r < place.rows; ++r) {
      const float* const sums = tile + r * kColumns + j * V::kLanes;
      const FloatsOf<V> first = activate<V, kActivation, kRough>(V::add(V::load(sums), first_bias));
      const FloatsOf<V> second = V::add(V::load(sums + kHalf), second_bias);
      store_results<V>(product, place.row + r, place.panel * kHalf + j * V::kLanes, V::mul(first, second), V::kLanes);
    }
  }
}

template <class V, std::size_t kVectors, Activation kActivation, bool kRough>
void finish_with(const Product& product, const TilePlace& place, const float* tile) {
  if (product.weights->gated) {
    finish_gated<V, kVectors, kActivation, kRough>(product, place, tile);
  } else {
    finish_plain<V, kVectors, kActivation, kRough>(product, place, tile);
  }
}

template <class V, std::size_t kVectors, bool kRough>
void finish(const Product& product, const TilePlace& place, const float* tile) {
  switch (product.activation) {
    case Activation::none: return finish_with<V, kVectors, Activation::none, kRough>(product, place, tile);
    case Activation::relu: return finish_with<V, kVectors, Activation::relu, kRough>(product, place, tile);
    case Activation::gelu: return finish_with<V, kVectors, Activation::gelu, kRough>(product, place, tile);
    case Activation::gelu_tanh: return finish_with<V, kVectors, Activation::gelu_tanh, kRough>(product, place, tile);
    case Activation::silu: return finish_with<V, kVectors, Activation::silu, kRough>(product, place, tile);
    case Activation::tanh: return finish_with<V, kVectors, Activation::tanh, kRough>(product, place, tile);
  }
}

// The rest of a bf16 row's last block is zero.
inline void pad_bf16(const Product& product) {
  if (product.out_type != Operand::bf16 || product.last_panel != product.weights->layout.panels) return;
  const std::size_t columns = product.weights->layout.columns / (product.weights->gated ? 2 : 1);
  for (std::size_t row = 0; row < product.row_count; ++row) {
    auto* const out = static_cast<std::uint16_t*>(product.out) + row * product.out_stride;
    for (std::size_t j = columns; j < rounded_up(columns, 32); ++j) out[j] = 0;
  }
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
