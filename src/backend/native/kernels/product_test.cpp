#include <gtest/gtest.h>

#include <algorithm>

#include "backend/native/kernels/test_support.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

using testing::Aligned;
using testing::Matrix;
using testing::Operands;
using testing::PackedWeights;
using testing::random_matrix;

// Those that the set has products of its own for.
std::vector<Precision> precisions_of(const KernelSet& set) {
  std::vector<Precision> precisions = {Precision::fp32, Precision::bf16, Precision::int8};
  if (set.fp32_high.multiply != set.fp32.multiply) precisions.push_back(Precision::fp32_high);
  return precisions;
}

// The weights as they are after packing: exact, rounded to bf16, or in 254 steps of the output's greatest weight.
std::vector<double> rounded_row(const Matrix& weights, std::size_t column, Precision precision) {
  const float* const row = weights.row(column);
  std::vector<double> out(row, row + weights.columns);
  float greatest = 0;
  for (std::size_t k = 0; k < weights.columns; ++k) greatest = std::max(greatest, std::abs(row[k]));
  const float scale = greatest / 127;
  for (std::size_t k = 0; k < weights.columns; ++k) {
    if (precision == Precision::bf16) out[k] = testing::round_to_bf16(row[k]);
    if (precision == Precision::int8 && scale > 0) out[k] = std::nearbyint(row[k] / scale) * static_cast<double>(scale);
  }
  return out;
}

double activate(Activation activation, double x) {
  switch (activation) {
    case Activation::none: return x;
    case Activation::relu: return std::max(x, 0.0);
    case Activation::gelu: return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Activation::gelu_tanh: return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::silu: return x / (1 + std::exp(-x));
    case Activation::tanh: return std::tanh(x);
  }
  return x;
}

struct Case {
  std::size_t rows;
  std::size_t columns;  // of the result
  std::size_t depth;
  Activation activation = Activation::none;
  bool bias = true;
  bool residual = false;
  bool gated = false;
  Operand out = Operand::fp32;
};

std::string name_of(const Case& c) {
  return std::to_string(c.rows) + " x " + std::to_string(c.columns) + " x " + std::to_string(c.depth) + " activation " +
         std::to_string(static_cast<int>(c.activation)) + (c.bias ? " bias" : "") + (c.residual ? " residual" : "") +
         (c.gated ? " gated" : "") + (c.out == Operand::bf16 ? " bf16" : "");
}

// One product: its operands, and its result by a plain loop in double.
class Fixture {
 public:
  Fixture(const KernelSet& set, Precision precision, const Case& test_case, unsigned seed)
      : random_(seed),
        case_(test_case),
        kernels_(products_of(set, precision)),
        precision_(precision),
        left_(random_matrix(random_, case_.rows, case_.depth)),
        right_(random_matrix(random_, case_.columns * (case_.gated ? 2U : 1U), case_.depth,
                             1 / std::sqrt(static_cast<float>(case_.depth)))),
        bias_(random_matrix(random_, 1, right_.rows)),
        residual_(random_matrix(random_, case_.rows, case_.columns + 3)),
        operands_(set, left_, kernels_.operand),
        packed_(kernels_, right_, case_.gated),
        packed_bias_(packed_.weights.layout.columns) {
    for (std::size_t j = 0; j < packed_bias_.size(); ++j) {
      const std::size_t at = PackedWeights::source_row(packed_.weights.layout, right_.rows, case_.gated, j);
      packed_bias_[j] = at < right_.rows ? bias_.values[at] : 0;
    }
  }

  [[nodiscard]] std::size_t out_columns() const { return packed_.weights.layout.columns / (case_.gated ? 2U : 1U); }
  [[nodiscard]] std::size_t out_stride() const { return operand_stride(case_.out, out_columns()); }
  [[nodiscard]] std::size_t panels() const { return packed_.weights.layout.panels; }

  // Rows [first, last) and some panels, to the places in `out` that they have in the whole.
  void multiply(std::size_t first, std::size_t last, std::size_t first_panel, std::size_t last_panel,
                std::byte* out) const {
    Product product{};
    product.rows = operands_.row(first);
    product.stride = operands_.stride;
    product.row_count = last - first;
    product.scales = operands_.scales.data() + first;
    product.weights = &packed_.weights;
    product.first_panel = first_panel;
    product.last_panel = last_panel;
    product.bias = case_.bias ? packed_bias_.data() : nullptr;
    product.activation = case_.activation;
    product.residual = case_.residual ? residual_.row(first) : nullptr;
    product.residual_stride = residual_.columns;
    product.out_type = case_.out;
    product.out = out + first * out_stride() * operand_bytes(case_.out);
    product.out_stride = out_stride();
    kernels_.multiply(product);
  }

  [[nodiscard]] Aligned<std::byte> whole() const {
    Aligned<std::byte> out(case_.rows * out_stride() * operand_bytes(case_.out));
    multiply(0, case_.rows, 0, panels(), out.data());
    return out;
  }

  [[nodiscard]] double value(const Aligned<std::byte>& out, std::size_t r, std::size_t j) const {
    const std::size_t at = r * out_stride() + j;
    if (case_.out == Operand::fp32) return reinterpret_cast<const float*>(out.data())[at];
    return testing::from_bf16(reinterpret_cast<const std::uint16_t*>(out.data())[at]);
  }

  void expect_right(const Aligned<std::byte>& out) const {
    std::vector<std::vector<double>> weights;
    for (std::size_t j = 0; j < right_.rows; ++j) weights.push_back(rounded_row(right_, j, precision_));
    for (std::size_t r = 0; r < case_.rows; ++r) {
      for (std::size_t j = 0; j < case_.columns; ++j) {
        const double before = sum(weights, r, j);
        const double gate = case_.gated ? sum(weights, r, case_.columns + j) : 1;
        const double expected = activate(case_.activation, before) * gate + (case_.residual ? residual_.row(r)[j] : 0);
        const double tolerance = tolerance_of(expected) + activation_error(before) * std::abs(gate);
        ASSERT_NEAR(value(out, r, j), expected, tolerance) << "row " << r << " column " << j;
      }
    }
  }

 private:
  [[nodiscard]] double tolerance_of(double expected) const {
    double tolerance = 2e-6 * (3 + std::abs(expected));
    if (case_.out == Operand::bf16) tolerance += std::abs(expected) / 250;
    return tolerance;
  }

  // What kernel_set.hpp allows behind bf16 and int8 weights.
  [[nodiscard]] double activation_error(double x) const {
    const bool is_rough = case_.activation == Activation::gelu && precision_ > Precision::fp32_high;
    return is_rough ? 9e-5 * std::max(1.0, std::abs(x)) : 0;
  }

  [[nodiscard]] double sum(const std::vector<std::vector<double>>& weights, std::size_t r, std::size_t j) const {
    double total = case_.bias ? bias_.values[j] : 0;
    for (std::size_t k = 0; k < case_.depth; ++k) total += operands_.value(r, k) * weights[j][k];
    return total;
  }

  std::mt19937 random_;
  Case case_;
  const ProductKernels& kernels_;
  Precision precision_;
  Matrix left_;
  Matrix right_;
  Matrix bias_;
  Matrix residual_;
  Operands operands_;
  PackedWeights packed_;
  Aligned<float> packed_bias_;
};

class Products : public ::testing::TestWithParam<const KernelSet*> {};

TEST_P(Products, AreRightForEveryNumberOfRowsAndOddShapes) {
  for (const Precision precision : precisions_of(*GetParam())) {
    for (std::size_t rows = 1; rows <= 70; ++rows) {
      for (const std::size_t columns : {1U, 7U, 33U, 67U}) {
        const Case c{rows, columns, 2 * ((rows * 7 + columns) % 35) + 1};
        SCOPED_TRACE(name_of(c) + " precision " + std::to_string(static_cast<int>(precision)));
        const Fixture fixture(*GetParam(), precision, c, static_cast<unsigned>(rows * 100 + columns));
        fixture.expect_right(fixture.whole());
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

TEST_P(Products, AreRightForEveryDepthAndColumnCount) {
  for (const Precision precision : precisions_of(*GetParam())) {
    for (std::size_t n = 1; n <= 70; ++n) {
      for (const std::size_t rows : {1U, 3U, 15U}) {
        const Case c{rows, n, 71 - n};
        SCOPED_TRACE(name_of(c) + " precision " + std::to_string(static_cast<int>(precision)));
        const Fixture fixture(*GetParam(), precision, c, static_cast<unsigned>(n * 10 + rows));
        fixture.expect_right(fixture.whole());
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

TEST_P(Products, AreRightWithEveryEpilogue) {
  unsigned seed = 0;
  for (const Precision precision : precisions_of(*GetParam())) {
    for (int activation = 0; activation <= static_cast<int>(Activation::tanh); ++activation) {
      for (unsigned options = 0; options < 16; ++options) {
        const Case c{17,
                     (options & 4U) != 0 ? 96U : 45U,
                     65,
                     static_cast<Activation>(activation),
                     (options & 1U) != 0,
                     (options & 2U) != 0,
                     (options & 4U) != 0,
                     (options & 8U) != 0 ? Operand::bf16 : Operand::fp32};
        SCOPED_TRACE(name_of(c) + " precision " + std::to_string(static_cast<int>(precision)));
        const Fixture fixture(*GetParam(), precision, c, ++seed);
        fixture.expect_right(fixture.whole());
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

TEST_P(Products, AreRightForShapesOfModels) {
  for (const Precision precision : precisions_of(*GetParam())) {
    for (const Case& c : {Case{37, 384, 384}, Case{16, 96, 1536, Activation::gelu}, Case{5, 64, 4096}}) {
      SCOPED_TRACE(name_of(c) + " precision " + std::to_string(static_cast<int>(precision)));
      const Fixture fixture(*GetParam(), precision, c, 5);
      fixture.expect_right(fixture.whole());
    }
  }
}

// The same row has the same bits alone, among others, and however rows and panels are split.
TEST_P(Products, DoNotDependOnTheOtherRowsOrTheSplit) {
  std::mt19937 random(7);
  for (const Precision precision : precisions_of(*GetParam())) {
    for (int round = 0; round < 60; ++round) {
      const Case c{1 + random() % 70, 1 + random() % 200, 1 + random() % 300,
                   round % 2 == 0 ? Activation::gelu : Activation::none};
      SCOPED_TRACE(name_of(c) + " precision " + std::to_string(static_cast<int>(precision)));
      const Fixture fixture(*GetParam(), precision, c, static_cast<unsigned>(random()));
      const Aligned<std::byte> whole = fixture.whole();
      Aligned<std::byte> parts(whole.size());
      for (std::size_t row = 0; row < c.rows;) {
        const std::size_t next = std::min(c.rows, row + 1 + random() % 20);
        for (std::size_t panel = 0; panel < fixture.panels();) {
          const std::size_t next_panel = std::min(fixture.panels(), panel + 1 + random() % 3);
          fixture.multiply(row, next, panel, next_panel, parts.data());
          panel = next_panel;
        }
        row = next;
      }
      ASSERT_EQ(std::memcmp(whole.data(), parts.data(), whole.size()), 0);
    }
  }
}

// A row that an operand ends in zeros for stays so: the columns behind the last are written for bf16 only.
TEST_P(Products, PadBf16RowsWithZerosAndLeaveFloatsAlone) {
  for (const Operand type : {Operand::bf16, Operand::fp32}) {
    const Case c{3, 37, 20, Activation::none, true, false, false, type};
    const Fixture fixture(*GetParam(), Precision::fp32, c, 3);
    const Aligned<std::byte> out = fixture.whole();
    const std::size_t size = operand_bytes(type);
    for (std::size_t r = 0; r < c.rows; ++r) {
      for (std::size_t i = c.columns * size; i < 64 * size; ++i) {
        const auto expected = type == Operand::bf16 ? std::byte{0} : std::byte{0xCD};
        if (i < fixture.out_stride() * size) {
          ASSERT_EQ(out[r * fixture.out_stride() * size + i], expected);
        }
      }
    }
  }
}

TEST_P(Products, CarryNanAndInfinity) {
  std::mt19937 random(3);
  Matrix left = random_matrix(random, 5, 40);
  left.row(2)[17] = std::numeric_limits<float>::quiet_NaN();
  left.row(3)[17] = std::numeric_limits<float>::infinity();
  Matrix right = random_matrix(random, 33, 40);
  for (std::size_t j = 0; j < right.rows; ++j) right.row(j)[17] = 1;
  for (const Precision precision : {Precision::fp32, Precision::fp32_high, Precision::bf16}) {
    for (const Activation activation : {Activation::none, Activation::gelu}) {
      const ProductKernels& kernels = products_of(*GetParam(), precision);
      const Operands operands(*GetParam(), left, kernels.operand);
      const PackedWeights packed(kernels, right);
      Aligned<float> out(5 * 33);
      Product product{};
      product.rows = operands.row(0);
      product.stride = operands.stride;
      product.row_count = 5;
      product.scales = operands.scales.data();
      product.weights = &packed.weights;
      product.last_panel = packed.weights.layout.panels;
      product.activation = activation;
      product.out_type = Operand::fp32;
      product.out = out.data();
      product.out_stride = 33;
      kernels.multiply(product);
      for (std::size_t j = 0; j < 33; ++j) {
        EXPECT_TRUE(std::isfinite(out[33 + j]));
        EXPECT_TRUE(std::isnan(out[2 * 33 + j]));
        EXPECT_FALSE(std::isfinite(out[3 * 33 + j]));
        EXPECT_TRUE(std::isfinite(out[4 * 33 + j]));
      }
    }
  }
}

// The greatest operands there are: pairs of products that do not fit 16 bits.
TEST_P(Products, OfExtremeBytesDoNotSaturate) {
  const ProductKernels& kernels = GetParam()->int8;
  for (const std::size_t depth : {64U, 4096U}) {
    Matrix right{2, depth, std::vector<float>(2 * depth, 127.F)};
    std::fill(right.row(1), right.row(1) + depth, -127.F);
    const PackedWeights packed(kernels, right);
    Aligned<std::uint8_t> left(depth);
    std::fill(left.data(), left.data() + depth, std::uint8_t{255});
    const RowScale scale{1, 0};
    float out[2] = {};
    Product product{};
    product.rows = left.data();
    product.stride = depth;
    product.row_count = 1;
    product.scales = &scale;
    product.weights = &packed.weights;
    product.last_panel = 1;
    product.out_type = Operand::fp32;
    product.out = out;
    product.out_stride = 2;
    kernels.multiply(product);
    EXPECT_EQ(out[0], 255.F * 127.F * static_cast<float>(depth));
    EXPECT_EQ(out[1], -255.F * 127.F * static_cast<float>(depth));
  }
}

TEST_P(Products, MeasureRowsAsPlainLoopsDo) {
  const KernelSet& set = *GetParam();
  if (set.fp32.measure == nullptr) return;
  std::mt19937 random(7);
  for (const std::size_t depth : {1U, 15U, 16U, 17U, 33U, 384U}) {
    Matrix rows = random_matrix(random, 2, depth);
    float* const weights = rows.row(0);
    float greatest = 0;
    for (std::size_t k = 0; k < depth; ++k) greatest = std::max(greatest, std::abs(weights[k]));
    double squares = 0;
    double products = 0;
    for (std::size_t k = 0; k < depth; ++k) {
      const double weight = static_cast<double>(weights[k]) / greatest;
      squares += weight * weight;
      products += weight * weight * rows.row(1)[k] * rows.row(1)[k];
    }
    const RowMeasures measures = set.fp32.measure(weights, rows.row(1), depth);
    EXPECT_EQ(measures.greatest, greatest);
    EXPECT_NEAR(measures.weights, squares, 1e-5 * squares);
    EXPECT_NEAR(measures.products, products, 1e-5 * products);
  }
}

INSTANTIATE_TEST_SUITE_P(Sets, Products, ::testing::ValuesIn(testing::sets_here()), testing::SetName());

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
