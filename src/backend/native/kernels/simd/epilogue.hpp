// From the sums of a tile, rows by one panel's outputs, to the result of a product.
#pragma once

#include "backend/native/kernels/simd/functions.hpp"
#include "backend/native/kernels/simd/unrolled.hpp"

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
[[gnu::always_inline]] inline FloatsOf<V> bias_of(const Product& product, std::size_t column, std::size_t count) {
  return product.bias == nullptr ? V::zero() : load_some<V>(product.bias + column, count);
}

// Sums that are floats already. What any Sums have: `of`, those of `row` and what follows in a tile, which lies behind
// each other; `columns`, what is known of a vector of outputs, `at` columns behind the panel's first; `values`, what
// the sums of such a vector and row stand for, bias and all.
template <class V, std::size_t kPanelColumns>
struct FloatSums {
  struct Columns {
    FloatsOf<V> bias;
  };

  const float* tile;

  [[gnu::always_inline]] static FloatSums of(const Product& /*product*/, const TilePlace& /*place*/,
                                             const float* tile) {
    return {tile};
  }
  [[gnu::always_inline]] Columns columns(std::size_t /*at*/, FloatsOf<V> bias) const { return {bias}; }
  [[gnu::always_inline]] FloatsOf<V> values(const Columns& columns, std::size_t row, std::size_t at) const {
    return V::add(V::load(tile + row * kPanelColumns + at), columns.bias);
  }
};

template <class V>
[[gnu::always_inline]] inline void store_results(const Product& product, std::size_t row, std::size_t column,
                                                 FloatsOf<V> value, std::size_t count) {
  if (product.residual != nullptr) {
    value = V::add(value, load_some<V>(product.residual + row * product.residual_stride + column, count));
  }
  const std::size_t at = row * product.out_stride + column;
  if (product.out_type == Operand::bf16) {
    V::store_bf16(static_cast<std::uint16_t*>(product.out) + at, value, count);
  } else {
    store_some<V>(static_cast<float*>(product.out) + at, value, count);
  }
}

// Where the rows of a whole panel go, of what the product says just what each of them needs.
template <class V, std::size_t kVectors>
class Lines {
 public:
  Lines(const Product& product, const TilePlace& place)
      : is_bf16_(product.out_type == Operand::bf16),
        value_bytes_(is_bf16_ ? sizeof(std::uint16_t) : sizeof(float)),
        stride_(product.out_stride * value_bytes_),
        residual_stride_(product.residual_stride),
        residual_(product.residual) {
    const std::size_t column = place.panel * kVectors * V::kLanes;
    out_ = static_cast<std::byte*>(product.out) + place.row * stride_ + column * value_bytes_;
    if (residual_ != nullptr) residual_ += place.row * residual_stride_ + column;
  }

  [[gnu::always_inline]] void store_next(FloatsOf<V> (&values)[kVectors]) {
    if (residual_ != nullptr) {
      unrolled<kVectors>([&](auto j)
                             KERNEL_INLINE { values[j] = V::add(values[j], V::load(residual_ + j * V::kLanes)); });
      residual_ += residual_stride_;
    }
    if (is_bf16_) {
      store_bf16(reinterpret_cast<std::uint16_t*>(out_), values);
    } else {
      auto* const out = reinterpret_cast<float*>(out_);
      unrolled<kVectors>([&](auto j) KERNEL_INLINE { V::store(out + j * V::kLanes, values[j]); });
    }
    out_ += stride_;
  }

 private:
  // Two vectors at once, where V can.
  [[gnu::always_inline]] static void store_bf16(std::uint16_t* out, const FloatsOf<V> (&values)[kVectors]) {
    if constexpr (kVectors == 2 && requires(FloatsOf<V> x) { V::store_bf16(nullptr, x, x); }) {
      V::store_bf16(out, values[0], values[1]);
    } else {
      unrolled<kVectors>([&](auto j) KERNEL_INLINE { V::store_bf16(out + j * V::kLanes, values[j], V::kLanes); });
    }
  }

  bool is_bf16_;
  std::size_t value_bytes_;
  std::size_t stride_;
  std::size_t residual_stride_;
  const float* residual_;
  std::byte* out_;
};

template <class V, std::size_t kVectors, Activation kActivation, bool kRough, class Sums>
[[gnu::always_inline]] inline void finish_whole(const Product& product, const TilePlace& place, const Sums& sums) {
  const std::size_t column = place.panel * kVectors * V::kLanes;
  typename Sums::Columns columns[kVectors];
  unrolled<kVectors>([&](auto j) KERNEL_INLINE {
    columns[j] = sums.columns(j * V::kLanes, bias_of<V>(product, column + j * V::kLanes, V::kLanes));
  });
  Lines<V, kVectors> lines(product, place);
  for (std::size_t r = 0; r < place.rows; ++r) {
    FloatsOf<V> values[kVectors];
    unrolled<kVectors>([&](auto j) KERNEL_INLINE {
      values[j] = activate<V, kActivation, kRough>(sums.values(columns[j], r, j * V::kLanes));
    });
    lines.store_next(values);
  }
}

// The panel where the columns end.
template <class V, std::size_t kVectors, Activation kActivation, bool kRough, class Sums>
void finish_part(const Product& product, const TilePlace& place, const Sums& sums) {
  for (std::size_t j = 0; j < kVectors; ++j) {
    const std::size_t column = (place.panel * kVectors + j) * V::kLanes;
    if (column >= product.weights->layout.columns) return;
    const std::size_t count = smaller(V::kLanes, product.weights->layout.columns - column);
    const auto columns = sums.columns(j * V::kLanes, bias_of<V>(product, column, count));
    for (std::size_t r = 0; r < place.rows; ++r) {
      const FloatsOf<V> value = sums.values(columns, r, j * V::kLanes);
      store_results<V>(product, place.row + r, column, activate<V, kActivation, kRough>(value), count);
    }
  }
}

template <class V, std::size_t kVectors, Activation kActivation, bool kRough, class Sums>
void finish_gated(const Product& product, const TilePlace& place, const Sums& sums) {
  constexpr std::size_t kColumns = kVectors * V::kLanes;
  constexpr std::size_t kHalf = kColumns / 2;
  for (std::size_t j = 0; j < kHalf; j += V::kLanes) {
    const std::size_t column = place.panel * kColumns + j;
    const auto first = sums.columns(j, bias_of<V>(product, column, V::kLanes));
    const auto second = sums.columns(kHalf + j, bias_of<V>(product, column + kHalf, V::kLanes));
    for (std::size_t r = 0; r < place.rows; ++r) {
      const FloatsOf<V> gate = activate<V, kActivation, kRough>(sums.values(first, r, j));
      store_results<V>(product, place.row + r, place.panel * kHalf + j, V::mul(gate, sums.values(second, r, kHalf + j)),
                       V::kLanes);
    }
  }
}

template <class V, std::size_t kVectors, Activation kActivation, bool kRough, class Sums>
void finish_with(const Product& product, std::size_t panel, std::size_t row, std::size_t rows, const float* tile) {
  const TilePlace place = {row, rows, panel};
  const Sums sums = Sums::of(product, place, tile);
  if (product.weights->gated) {
    finish_gated<V, kVectors, kActivation, kRough>(product, place, sums);
  } else if ((panel + 1) * kVectors * V::kLanes <= product.weights->layout.columns) {
    finish_whole<V, kVectors, kActivation, kRough>(product, place, sums);
  } else {
    finish_part<V, kVectors, kActivation, kRough>(product, place, sums);
  }
}

// Of `rows` rows from `row` on by one panel. (Single numbers, which reach it in registers.)
using Finish = void (*)(const Product& product, std::size_t panel, std::size_t row, std::size_t rows,
                        const float* tile);

template <class V, std::size_t kVectors, bool kRough, class Sums>
Finish finish_of(const Product& product) {
  switch (product.activation) {
    case Activation::relu: return finish_with<V, kVectors, Activation::relu, kRough, Sums>;
    case Activation::gelu: return finish_with<V, kVectors, Activation::gelu, kRough, Sums>;
    case Activation::gelu_tanh: return finish_with<V, kVectors, Activation::gelu_tanh, kRough, Sums>;
    case Activation::silu: return finish_with<V, kVectors, Activation::silu, kRough, Sums>;
    case Activation::tanh: return finish_with<V, kVectors, Activation::tanh, kRough, Sums>;
    case Activation::none: break;
  }
  return finish_with<V, kVectors, Activation::none, kRough, Sums>;
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
