#include <gtest/gtest.h>

#include "backend/native/kernels/test_support.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

using testing::Aligned;
using testing::Matrix;
using testing::Operands;
using testing::random_matrix;

class Rows : public ::testing::TestWithParam<const KernelSet*> {
 protected:
  const RowKernels& rows_ = GetParam()->rows;
  std::mt19937 random_{11};
};

TEST_P(Rows, ConvertToOperandsAndPadWithZeros) {
  for (std::size_t columns = 1; columns <= 140; ++columns) {
    const Matrix matrix = random_matrix(random_, 5, columns, 3);
    for (const Operand type : {Operand::fp32, Operand::bf16, Operand::uint8}) {
      const Operands operands(*GetParam(), matrix, type);
      for (std::size_t r = 0; r < matrix.rows; ++r) {
        float least = 0;
        float greatest = 0;
        for (std::size_t k = 0; k < columns; ++k) {
          least = std::min(least, matrix.row(r)[k]);
          greatest = std::max(greatest, matrix.row(r)[k]);
        }
        const double step = (static_cast<double>(greatest) - least) / 255;
        for (std::size_t k = 0; k < columns; ++k) {
          const float x = matrix.row(r)[k];
          const double tolerance = type == Operand::uint8 ? step * 1.01 : 0;
          const float expected = type == Operand::bf16 ? testing::round_to_bf16(x) : x;
          ASSERT_NEAR(operands.value(r, k), expected, tolerance) << columns << " columns, at " << k;
        }
        const auto* const bytes = static_cast<const std::byte*>(operands.row(r));
        const std::size_t size = operand_bytes(type);
        for (std::size_t i = columns * size; type != Operand::fp32 && i < operands.stride * size; ++i) {
          ASSERT_EQ(bytes[i], std::byte{0});
        }
      }
    }
  }
}

TEST_P(Rows, OfZerosAndOfOneValueConvertExactly) {
  Matrix matrix{3, 40, std::vector<float>(120, 0.F)};
  std::fill(matrix.row(1), matrix.row(1) + 40, 2.5F);
  std::fill(matrix.row(2), matrix.row(2) + 40, -2.5F);
  const Operands operands(*GetParam(), matrix, Operand::uint8);
  for (std::size_t k = 0; k < 40; ++k) {
    EXPECT_EQ(operands.value(0, k), 0);
    EXPECT_NEAR(operands.value(1, k), 2.5, 1e-6);
    EXPECT_NEAR(operands.value(2, k), -2.5, 1e-6);
  }
}

TEST_P(Rows, OfUint8SayByTheirScaleThatAValueIsNotFinite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    for (std::size_t at = 0; at < 100; ++at) {
      Matrix matrix = random_matrix(random_, 2, 100);
      matrix.row(1)[at] = bad;
      const Operands operands(*GetParam(), matrix, Operand::uint8);
      ASSERT_TRUE(std::isfinite(operands.scales[0].scale));
      ASSERT_TRUE(std::isnan(operands.scales[1].scale)) << at;
    }
  }
}

// One value a hundred times the others, as encoders have them: the others keep their steps.
TEST_P(Rows, ZeroIsExactInEveryUint8Row) {
  for (int round = 0; round < 200; ++round) {
    Matrix matrix = random_matrix(random_, 1, 100);
    matrix.row(0)[13] = 0;
    matrix.row(0)[14] *= 100;
    const Operands operands(*GetParam(), matrix, Operand::uint8);
    ASSERT_EQ(operands.value(0, 13), 0);
  }
}

TEST_P(Rows, FactorsStandBeforeTheScale) {
  for (std::size_t columns = 1; columns <= 140; ++columns) {
    const Matrix matrix = random_matrix(random_, 3, columns);
    const Matrix factors = random_matrix(random_, 1, columns);
    Matrix multiplied = matrix;
    for (std::size_t i = 0; i < multiplied.values.size(); ++i) multiplied.values[i] *= factors.values[i % columns];
    const Operands expected(*GetParam(), multiplied, Operand::uint8);
    const Operands operands(*GetParam(), matrix, Operand::uint8, factors.values.data());
    ASSERT_EQ(std::memcmp(operands.bytes.data(), expected.bytes.data(), operands.bytes.size()), 0) << columns;
    for (std::size_t r = 0; r < matrix.rows; ++r) {
      ASSERT_EQ(operands.scales[r].scale, expected.scales[r].scale);
      ASSERT_EQ(operands.scales[r].zero, expected.scales[r].zero);
    }
  }
}

TEST_P(Rows, NormAndItsOperandAreRight) {
  for (std::size_t columns = 1; columns <= 100; ++columns) {
    const Matrix in = random_matrix(random_, 4, columns, 2);
    const Matrix gamma = random_matrix(random_, 1, columns);
    const Matrix beta = random_matrix(random_, 1, columns);
    const Matrix factors = random_matrix(random_, 1, columns);
    for (unsigned options = 0; options < 8; ++options) {
      const bool rms = (options & 1U) != 0;
      Norm norm{};
      norm.rows = in.values.data();
      norm.stride = columns;
      norm.row_count = in.rows;
      norm.columns = columns;
      norm.root_mean_square = rms;
      norm.epsilon = 1e-5F;
      norm.gamma = (options & 2U) != 0 ? gamma.values.data() : nullptr;
      norm.beta = (options & 4U) != 0 ? beta.values.data() : nullptr;
      Matrix out{in.rows, columns, std::vector<float>(in.values.size())};
      norm.out = out.values.data();
      norm.out_stride = columns;
      for (const Operand type : {Operand::bf16, Operand::uint8}) {
        const std::size_t stride = operand_stride(type, columns);
        Aligned<std::byte> operand(in.rows * stride * operand_bytes(type));
        Aligned<RowScale> scales(in.rows);
        norm.operand_type = type;
        norm.operand = operand.data();
        norm.operand_stride = stride;
        norm.scales = scales.data();
        norm.factors = rms ? factors.values.data() : nullptr;
        ASSERT_TRUE(rows_.norm(norm));
        const Operands expected(*GetParam(), out, type, norm.factors);
        ASSERT_EQ(std::memcmp(operand.data(), expected.bytes.data(), operand.size()), 0) << columns << " columns";
        for (std::size_t r = 0; r < in.rows && type == Operand::uint8; ++r) {
          ASSERT_EQ(scales[r].scale, expected.scales[r].scale);
          ASSERT_EQ(scales[r].zero, expected.scales[r].zero);
        }
      }
      for (std::size_t r = 0; r < in.rows; ++r) {
        double mean = 0;
        for (std::size_t k = 0; k < columns && !rms; ++k) mean += in.row(r)[k] / static_cast<double>(columns);
        double variance = 0;
        for (std::size_t k = 0; k < columns; ++k) {
          variance += (in.row(r)[k] - mean) * (in.row(r)[k] - mean) / static_cast<double>(columns);
        }
        for (std::size_t k = 0; k < columns; ++k) {
          double value = (in.row(r)[k] - mean) / std::sqrt(variance + 1e-5F);
          if (norm.gamma != nullptr) value *= gamma.values[k];
          if (norm.beta != nullptr) value += beta.values[k];
          ASSERT_NEAR(out.row(r)[k], value, 2e-6 * (1 + std::abs(value))) << columns << " columns, options " << options;
        }
      }
    }
  }
}

TEST_P(Rows, NormWorksInPlaceAndSaysThatItMetNan) {
  Matrix matrix = random_matrix(random_, 3, 50);
  Matrix expected = matrix;
  Norm norm{};
  norm.rows = matrix.values.data();
  norm.stride = 50;
  norm.row_count = 3;
  norm.columns = 50;
  norm.epsilon = 1e-12F;
  norm.out = expected.values.data();
  norm.out_stride = 50;
  ASSERT_TRUE(rows_.norm(norm));
  norm.out = matrix.values.data();
  ASSERT_TRUE(rows_.norm(norm));
  EXPECT_EQ(matrix.values, expected.values);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (std::size_t at = 0; at < 150; at += 7) {
      Matrix broken = random_matrix(random_, 3, 50);
      broken.values[at] = bad;
      norm.rows = broken.values.data();
      norm.out = broken.values.data();
      EXPECT_FALSE(rows_.norm(norm)) << at;
    }
  }
}

TEST_P(Rows, AllFiniteFindsEveryBadValue) {
  for (std::size_t count = 0; count <= 80; ++count) {
    Matrix matrix = random_matrix(random_, 1, count);
    EXPECT_TRUE(rows_.all_finite(matrix.values.data(), count));
    for (std::size_t at = 0; at < count; ++at) {
      for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
        const float good = std::exchange(matrix.values[at], bad);
        EXPECT_FALSE(rows_.all_finite(matrix.values.data(), count));
        matrix.values[at] = good;
      }
    }
  }
}

TEST_P(Rows, GatherAddsTheTables) {
  for (const std::size_t columns : {1U, 16U, 45U, 384U}) {
    const Matrix words = random_matrix(random_, 9, columns);
    const Matrix positions = random_matrix(random_, 8, columns);
    const Matrix types = random_matrix(random_, 2, columns);
    const std::uint32_t ids[] = {3, 0, 8, 8};
    const std::uint32_t places[] = {0, 1, 2, 7};
    const std::uint32_t kinds[] = {0, 1, 1, 0};
    for (unsigned options = 0; options < 8; ++options) {
      Matrix out{4, columns, std::vector<float>(4 * columns)};
      Gather gather{};
      gather.token_ids = ids;
      gather.row_count = 4;
      gather.columns = columns;
      gather.word_table = words.values.data();
      gather.positions = places;
      gather.position_table = (options & 1U) != 0 ? positions.values.data() : nullptr;
      gather.type_table = (options & 2U) != 0 ? types.values.data() : nullptr;
      gather.types = (options & 4U) != 0 ? kinds : nullptr;
      gather.out = out.values.data();
      gather.out_stride = columns;
      rows_.gather(gather);
      for (std::size_t r = 0; r < 4; ++r) {
        for (std::size_t k = 0; k < columns; ++k) {
          double expected = words.row(ids[r])[k];
          if (gather.position_table != nullptr) expected += positions.row(places[r])[k];
          if (gather.type_table != nullptr) expected += types.row((options & 4U) != 0 ? kinds[r] : 0)[k];
          ASSERT_NEAR(out.row(r)[k], expected, 1e-6);
        }
      }
    }
  }
}

TEST_P(Rows, RotateTurnsPairs) {
  for (const std::size_t head_size : {8U, 32U, 64U, 72U}) {
    const std::size_t half = head_size / 2;
    const Matrix before = random_matrix(random_, 5, 3 * head_size);
    const Matrix angles = random_matrix(random_, 10, half);
    Matrix cosine = angles;
    Matrix sine = angles;
    for (float& x : cosine.values) x = std::cos(x);
    for (float& x : sine.values) x = std::sin(x);
    const std::uint32_t positions[] = {0, 9, 3, 4, 5};
    Matrix after = before;
    rows_.rotate(
        {after.values.data(), after.columns, 5, 3, head_size, positions, cosine.values.data(), sine.values.data()});
    for (std::size_t r = 0; r < 5; ++r) {
      for (std::size_t i = 0; i < 3 * head_size; ++i) {
        const std::size_t within = i % head_size;
        const std::size_t start = i - within;
        const std::size_t pair = within % half;
        const double angle = angles.row(positions[r])[pair];
        const double first = before.row(r)[start + pair];
        const double second = before.row(r)[start + half + pair];
        const double expected = within < half ? first * std::cos(angle) - second * std::sin(angle)
                                              : second * std::cos(angle) + first * std::sin(angle);
        ASSERT_NEAR(after.row(r)[i], expected, 2e-6);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sets, Rows, ::testing::ValuesIn(testing::sets_here()), testing::SetName());

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
