// Products over panels of 16 outputs. A panel holds, for each input, its 16 weights; an int8 panel begins with the
// 16 scales of its outputs and the 16 sums of their weights.
#include <algorithm>
#include <cstring>

#include "backend/native/kernels/scalar/scalar_kernels.hpp"

namespace akidb::embedding::backend::native::kernels::scalar {
namespace {

constexpr std::size_t kColumns = 16;

struct Int8Header {
  float scales[kColumns];
  std::int32_t sums[kColumns];
};

template <class Weight>
Layout layout(std::size_t columns, std::size_t depth) {
  const std::size_t header = std::is_same_v<Weight, std::int8_t> ? sizeof(Int8Header) : 0;
  const std::size_t bytes = (header + depth * kColumns * sizeof(Weight) + 63) / 64 * 64;
  return {columns, depth, kColumns, bytes, (columns + kColumns - 1) / kColumns};
}

template <class Weight, class Round>
void pack(const PanelSource& source, std::byte* panel, Round round) {
  auto* const out = reinterpret_cast<Weight*>(panel);
  for (std::size_t k = 0; k < source.depth; ++k) {
    for (std::size_t j = 0; j < kColumns; ++j) {
      const bool given = j < source.columns && source.rows[j] != nullptr;
      out[k * kColumns + j] = given ? round(j, source.rows[j][k]) : Weight{};
    }
  }
}

void pack_fp32(const PanelSource& source, std::byte* panel) {
  pack<float>(source, panel, [](std::size_t, float weight) { return weight; });
}

void pack_bf16(const PanelSource& source, std::byte* panel) {
  pack<std::uint16_t>(source, panel, [](std::size_t, float weight) { return to_bf16(weight); });
}

void pack_int8(const PanelSource& source, std::byte* panel) {
  auto* const header = reinterpret_cast<Int8Header*>(panel);
  std::memset(header, 0, sizeof(Int8Header));
  for (std::size_t j = 0; j < source.columns; ++j) {
    float greatest = 0;
    for (std::size_t k = 0; k < source.depth && source.rows[j] != nullptr; ++k)
      greatest = std::max(greatest, std::abs(source.rows[j][k]));
    header->scales[j] = greatest > 0 ? greatest / 127 : 1;
  }
  pack<std::int8_t>(source, panel + sizeof(Int8Header), [header](std::size_t j, float weight) {
    const auto rounded =
        static_cast<std::int8_t>(std::clamp(std::nearbyint(weight / header->scales[j]), -127.F, 127.F));
    header->sums[j] += rounded;
    return rounded;
  });
}

const std::byte* panel_of(const Product& product, std::size_t panel) {
  return product.weights->panels + panel * product.weights->layout.panel_bytes;
}

void store(const Product& product, std::size_t row, std::size_t column, float value) {
  if (product.residual != nullptr) value += product.residual[row * product.residual_stride + column];
  const std::size_t at = row * product.out_stride + column;
  if (product.out_type == Operand::fp32) {
    static_cast<float*>(product.out)[at] = value;
  } else {
    static_cast<std::uint16_t*>(product.out)[at] = to_bf16(value);
  }
}

// From the 16 sums of one row and one panel to the result.
void finish(const Product& product, std::size_t row, std::size_t panel, float* sums) {
  const std::size_t outputs = product.weights->layout.columns;
  const std::size_t first = panel * kColumns;
  const std::size_t count = std::min(kColumns, outputs - first);
  for (std::size_t j = 0; j < count && product.bias != nullptr; ++j) sums[j] += product.bias[first + j];
  if (product.weights->gated) {
    constexpr std::size_t kHalf = kColumns / 2;
    for (std::size_t j = 0; j < count / 2; ++j) {
      store(product, row, panel * kHalf + j, apply(product.activation, sums[j]) * sums[kHalf + j]);
    }
  } else {
    for (std::size_t j = 0; j < count; ++j) store(product, row, first + j, apply(product.activation, sums[j]));
  }
}

// The rest of a bf16 row's last block is zero.
void pad(const Product& product) {
  if (product.out_type != Operand::bf16 || product.last_panel != product.weights->layout.panels) return;
  const std::size_t columns = product.weights->layout.columns / (product.weights->gated ? 2 : 1);
  for (std::size_t row = 0; row < product.row_count; ++row) {
    auto* const out = static_cast<std::uint16_t*>(product.out) + row * product.out_stride;
    std::fill(out + columns, out + (columns + 31) / 32 * 32, std::uint16_t{0});
  }
}

template <class SumPanel>
void multiply(const Product& product, SumPanel sum_panel) {
  float sums[kColumns];
  for (std::size_t panel = product.first_panel; panel < product.last_panel; ++panel) {
    for (std::size_t row = 0; row < product.row_count; ++row) {
      sum_panel(row, panel_of(product, panel), sums);
      finish(product, row, panel, sums);
    }
  }
  pad(product);
}

template <class Weight, class Value, class Widen>
void multiply_floats(const Product& product, Widen widen) {
  multiply(product, [&](std::size_t row, const std::byte* panel, float* sums) {
    const auto* const values = static_cast<const Value*>(product.rows) + row * product.stride;
    const auto* weights = reinterpret_cast<const Weight*>(panel);
    std::fill(sums, sums + kColumns, 0.F);
    for (std::size_t k = 0; k < product.weights->layout.depth; ++k, weights += kColumns) {
      for (std::size_t j = 0; j < kColumns; ++j) sums[j] += widen(values[k]) * widen(weights[j]);
    }
  });
}

void multiply_fp32(const Product& product) {
  multiply_floats<float, float>(product, [](float x) { return x; });
}

void multiply_bf16(const Product& product) { multiply_floats<std::uint16_t, std::uint16_t>(product, from_bf16); }

void multiply_int8(const Product& product) {
  multiply(product, [&](std::size_t row, const std::byte* panel, float* sums) {
    const auto* const header = reinterpret_cast<const Int8Header*>(panel);
    const auto* const values = static_cast<const std::uint8_t*>(product.rows) + row * product.stride;
    const auto* weights = reinterpret_cast<const std::int8_t*>(panel + sizeof(Int8Header));
    std::int32_t dots[kColumns] = {};
    for (std::size_t k = 0; k < product.weights->layout.depth; ++k, weights += kColumns) {
      for (std::size_t j = 0; j < kColumns; ++j) dots[j] += values[k] * weights[j];
    }
    const RowScale scale = product.scales[row];
    for (std::size_t j = 0; j < kColumns; ++j) {
      sums[j] = static_cast<float>(dots[j] - scale.zero * header->sums[j]) * (scale.scale * header->scales[j]);
    }
  });
}

}  // namespace

const ProductKernels kFp32Products = {"fp32x16", Operand::fp32, layout<float>, pack_fp32, multiply_fp32};
const ProductKernels kBf16Products = {"bf16x16", Operand::bf16, layout<std::uint16_t>, pack_bf16, multiply_bf16};
const ProductKernels kInt8Products = {"int8x16", Operand::uint8, layout<std::int8_t>, pack_int8, multiply_int8};

}  // namespace akidb::embedding::backend::native::kernels::scalar
