// What the kernels' tests share: the sets that run here, and matrices in the form that kernels take.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "backend/native/kernels/registry.hpp"
#include "backend/native/kernels/shapes.hpp"

namespace akidb::embedding::backend::native::kernels::testing {

inline std::vector<const KernelSet*> sets_here() {
  std::vector<const KernelSet*> sets;
  const CpuFeatures features = cpu_features();
  for (const RegisteredSet& entry : registered_sets()) {
    if (runs_on(entry, features)) sets.push_back(entry.set);
  }
  return sets;
}

// An array on a multiple of 64 bytes, full of 0xCD: what is read before it was written is found out.
template <class T>
class Aligned {
 public:
  explicit Aligned(std::size_t count)
      : data_(static_cast<T*>(::operator new ((count + 1) * sizeof(T), std::align_val_t{64}))), size_(count) {
    std::memset(static_cast<void*>(data_.get()), 0xCD, (count + 1) * sizeof(T));
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  struct Free {
    void operator()(T* p) const { ::operator delete (p, std::align_val_t{64}); }
  };
  std::unique_ptr<T[], Free> data_;
  std::size_t size_;
};

struct Matrix {
  std::size_t rows;
  std::size_t columns;
  std::vector<float> values;
  [[nodiscard]] const float* row(std::size_t r) const { return values.data() + r * columns; }
  float* row(std::size_t r) { return values.data() + r * columns; }
};

inline Matrix random_matrix(std::mt19937& random, std::size_t rows, std::size_t columns, float deviation = 1) {
  std::normal_distribution<float> normal(0, deviation);
  Matrix matrix{rows, columns, std::vector<float>(rows * columns)};
  for (float& value : matrix.values) value = normal(random);
  return matrix;
}

inline float from_bf16(std::uint16_t x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16U); }

inline float round_to_bf16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return from_bf16(static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U));
}

// The rows as the operand that `type` names, with what they then stand for.
struct Operands {
  Operand type;
  std::size_t columns;
  std::size_t stride;
  Aligned<std::byte> bytes;
  Aligned<RowScale> scales;

  Operands(const KernelSet& set, const Matrix& matrix, Operand operand, const float* factors = nullptr)
      : type(operand),
        columns(matrix.columns),
        stride(operand_stride(operand, matrix.columns)),
        bytes(matrix.rows * stride * operand_bytes(operand)),
        scales(matrix.rows) {
    set.rows.convert({matrix.values.data(), matrix.columns, matrix.rows, matrix.columns, type, bytes.data(), stride,
                      scales.data(), factors});
  }

  [[nodiscard]] const void* row(std::size_t r) const { return bytes.data() + r * stride * operand_bytes(type); }

  [[nodiscard]] double value(std::size_t r, std::size_t k) const {
    switch (type) {
      case Operand::fp32: return static_cast<const float*>(row(r))[k];
      case Operand::bf16: return from_bf16(static_cast<const std::uint16_t*>(row(r))[k]);
      case Operand::uint8:
        return static_cast<double>(scales[r].scale) * (static_cast<const std::uint8_t*>(row(r))[k] - scales[r].zero);
      case Operand::slices: {
        const std::size_t plane = (columns + 63) / 64 * 64;
        const auto* const high = static_cast<const std::int8_t*>(row(r)) + k;
        return static_cast<double>(scales[r].scale) * (high[0] * 65536 + high[plane] * 256 + high[2 * plane]);
      }
    }
    return 0;
  }
};

struct PackedWeights {
  Aligned<std::byte> panels;
  Weights weights;

  // `matrix` has a row for each output; with `gated`, the second half of the rows belongs to the gate.
  PackedWeights(const ProductKernels& kernels, const Matrix& matrix, bool gated = false)
      : panels(bytes_of(kernels, matrix, gated)), weights{layout_of(kernels, matrix, gated), panels.data(), gated} {
    const Layout& layout = weights.layout;
    std::vector<const float*> rows(layout.panel_columns);
    for (std::size_t p = 0; p < layout.panels; ++p) {
      for (std::size_t j = 0; j < rows.size(); ++j) {
        const std::size_t at = source_row(layout, matrix.rows, gated, p * rows.size() + j);
        rows[j] = at < matrix.rows ? matrix.row(at) : nullptr;
      }
      const std::size_t columns = std::min(rows.size(), layout.columns - p * rows.size());
      kernels.pack({rows.data(), columns, matrix.columns}, panels.data() + p * layout.panel_bytes);
    }
  }

  // The matrix's row behind a column of the weights.
  static std::size_t source_row(const Layout& layout, std::size_t rows, bool gated, std::size_t column) {
    if (!gated) return column;
    const std::size_t half = layout.panel_columns / 2;
    const std::size_t at = column / layout.panel_columns * half + column % half;
    if (at >= rows / 2) return rows;
    return column % layout.panel_columns < half ? at : rows / 2 + at;
  }

 private:
  static Layout layout_of(const ProductKernels& kernels, const Matrix& matrix, bool gated) {
    const Layout plain = kernels.layout(matrix.rows, matrix.columns);
    if (!gated) return plain;
    const std::size_t half = plain.panel_columns / 2;
    return kernels.layout((matrix.rows / 2 + half - 1) / half * plain.panel_columns, matrix.columns);
  }
  static std::size_t bytes_of(const ProductKernels& kernels, const Matrix& matrix, bool gated) {
    const Layout layout = layout_of(kernels, matrix, gated);
    return layout.panels * layout.panel_bytes;
  }
};

// The name of a test whose parameter is a set.
struct SetName {
  template <class Info>
  std::string operator()(const Info& info) const {
    return info.param->name;
  }
};

}  // namespace akidb::embedding::backend::native::kernels::testing
