// The error bounds that kernel_set.hpp states, over floats of every exponent.
#include <gtest/gtest.h>

#include "backend/native/kernels/test_support.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

double exact(Function function, double x) {
  switch (function) {
    case Function::exp: return std::exp(x);
    case Function::tanh: return std::tanh(x);
    case Function::gelu: return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Function::gelu_tanh: return x / (1 + std::exp(-2 * std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Function::silu: return x / (1 + std::exp(-x));
  }
  return 0;
}

double bound(Function function, double x, double result) {
  if (function == Function::gelu) return 1e-7 * std::max(1.0, std::abs(x));
  if (function == Function::gelu_tanh) return 4e-7 * std::max(1.0, std::abs(x));
  return 4e-7 * std::max(std::abs(result), 1e-30);
}

class Functions : public ::testing::TestWithParam<const KernelSet*> {
 protected:
  // Every `step`-th float, all exponents and both signs; where float results overflow or vanish, exp is not asked.
  void expect_bound(Function function, std::uint32_t step) {
    std::vector<float> in;
    for (std::uint64_t bits = 0; bits <= 0xFFFFFFFFU; bits += step) {
      const auto x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
      if (!std::isfinite(x) || (function == Function::exp && std::abs(x) > 87)) continue;
      if (x != 0 && !std::isnormal(x)) continue;
      in.push_back(x);
    }
    std::vector<float> out(in.size());
    GetParam()->rows.map(function, in.data(), out.data(), in.size());
    for (std::size_t i = 0; i < in.size(); ++i) {
      const double expected = exact(function, in[i]);
      ASSERT_NEAR(out[i], expected, bound(function, in[i], expected)) << "at " << in[i];
    }
  }
};

TEST_P(Functions, KeepTheirBounds) {
  for (const Function function : {Function::exp, Function::tanh, Function::gelu, Function::gelu_tanh, Function::silu}) {
    SCOPED_TRACE(static_cast<int>(function));
    expect_bound(function, 9973);
  }
}

TEST_P(Functions, OfInfinityAndNan) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float in[] = {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN(), 0, 1e-42F, 3e38F, -3e38F};
  float out[7];
  GetParam()->rows.map(Function::gelu, in, out, 7);
  EXPECT_EQ(out[0], kInfinity);
  EXPECT_EQ(out[1], 0);
  EXPECT_TRUE(std::isnan(out[2]));
  EXPECT_EQ(out[3], 0);
  EXPECT_NEAR(out[4], 0, 1e-41);
  EXPECT_EQ(out[5], 3e38F);
  EXPECT_EQ(out[6], 0);
  GetParam()->rows.map(Function::tanh, in, out, 7);
  EXPECT_EQ(out[0], 1);
  EXPECT_EQ(out[1], -1);
  EXPECT_TRUE(std::isnan(out[2]));
  GetParam()->rows.map(Function::exp, in, out, 7);
  EXPECT_TRUE(out[0] > 3e38F);
  EXPECT_EQ(out[1], 0);
  EXPECT_TRUE(std::isnan(out[2]));
}

TEST_P(Functions, AreTheSameAtEveryPlaceAndWorkInPlace) {
  std::mt19937 random(2);
  const testing::Matrix in = testing::random_matrix(random, 1, 100, 3);
  std::vector<float> whole(100);
  for (const Function function : {Function::exp, Function::tanh, Function::gelu, Function::gelu_tanh, Function::silu}) {
    GetParam()->rows.map(function, in.values.data(), whole.data(), 100);
    std::vector<float> parts = in.values;
    for (std::size_t at = 0; at < 100;) {
      const std::size_t count = std::min<std::size_t>(100 - at, 1 + random() % 40);
      GetParam()->rows.map(function, parts.data() + at, parts.data() + at, count);
      at += count;
    }
    EXPECT_EQ(whole, parts);
  }
}

INSTANTIATE_TEST_SUITE_P(Sets, Functions, ::testing::ValuesIn(testing::sets_here()), testing::SetName());

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
