#include "pipeline/pooling.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "pipeline/postprocess.hpp"

namespace akidb::embedding::pipeline {
namespace {

const std::vector<float> kRows = {1, -2, 5, 4, 3, -8};  // three tokens of two values

struct PoolingCase {
  const char* name;
  std::vector<PoolingMode> modes;
  std::size_t skipped;
  std::vector<float> expected;
};

// The expected rows were worked out by hand from sentence-transformers' definitions.
const PoolingCase kCases[] = {
    {"cls", {PoolingMode::cls}, 0, {1, -2}},
    {"mean", {PoolingMode::mean}, 0, {3, -2}},
    {"max", {PoolingMode::max}, 0, {5, 4}},
    {"mean_sqrt_len", {PoolingMode::mean_sqrt_len}, 0, {9 / std::sqrt(3.0F), -6 / std::sqrt(3.0F)}},
    {"weighted_mean", {PoolingMode::weighted_mean}, 0, {20.0F / 6, -18.0F / 6}},
    {"last_token", {PoolingMode::last_token}, 0, {3, -8}},
    {"mean_without_prompt", {PoolingMode::mean}, 1, {4, -2}},
    {"max_without_prompt", {PoolingMode::max}, 2, {3, -8}},
    {"weighted_mean_without_prompt", {PoolingMode::weighted_mean}, 1, {19.0F / 5, -16.0F / 5}},
    {"two_modes_in_order", {PoolingMode::mean, PoolingMode::cls}, 0, {3, -2, 1, -2}},
};

class PoolingTest : public testing::TestWithParam<PoolingCase> {};

std::vector<double> pool(const PoolingCase& plan, std::size_t rows_a_call) {
  const Pooling pooling(plan.modes, 2);
  std::vector<double> pooled(pooling.dimension());
  for (std::size_t first = 0; first < 3; first += rows_a_call) {
    const std::size_t count = std::min<std::size_t>(rows_a_call, 3 - first);
    pooling.add(std::span(kRows).subspan(first * 2, count * 2), {first, plan.skipped, 3}, pooled);
  }
  pooling.finish({0, plan.skipped, 3}, pooled);
  return pooled;
}

TEST_P(PoolingTest, MatchesItsDefinitionHoweverRowsArrive) {
  for (const std::size_t rows_a_call : {1U, 2U, 3U}) {
    const auto pooled = pool(GetParam(), rows_a_call);
    ASSERT_EQ(pooled.size(), GetParam().expected.size());
    for (std::size_t at = 0; at < pooled.size(); ++at)
      EXPECT_FLOAT_EQ(static_cast<float>(pooled[at]), GetParam().expected[at]);
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, PoolingTest, testing::ValuesIn(kCases),
                         [](const auto& plan) { return plan.param.name; });

TEST(Pooling, MaxKeepsANaN) {
  const Pooling pooling({PoolingMode::max}, 1);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const auto& rows : {std::vector<float>{1, nan, 2}, {nan, 1, 2}, {1, 2, nan}}) {
    std::vector<double> pooled(1);
    pooling.add(rows, {0, 0, 3}, pooled);
    EXPECT_TRUE(std::isnan(pooled[0]));
  }
}

TEST(Pooling, SumsThousandsOfLikeRowsAsExactlyAsOne) {
  constexpr std::size_t kTokens = 8'192;
  const std::vector<float> row = {0.1F, -0.7F, 1.3F, 0.003F};
  for (const auto mode : {PoolingMode::mean, PoolingMode::mean_sqrt_len, PoolingMode::weighted_mean}) {
    const Pooling pooling({mode}, row.size());
    std::vector<double> pooled(row.size());
    for (std::size_t token = 0; token < kTokens; ++token) pooling.add(row, {token, 0, kTokens}, pooled);
    pooling.finish({0, 0, kTokens}, pooled);
    const double factor = mode == PoolingMode::mean_sqrt_len ? std::sqrt(double{kTokens}) : 1;
    for (std::size_t at = 0; at < row.size(); ++at) {
      EXPECT_FLOAT_EQ(static_cast<float>(pooled[at] / factor), row[at]) << static_cast<int>(mode);
    }
  }
}

TEST(Normalize, GivesUnitLengthAndKeepsZero) {
  std::vector<float> row = {3, 4};
  normalize(row);
  EXPECT_FLOAT_EQ(row[0], 0.6F);
  EXPECT_FLOAT_EQ(row[1], 0.8F);
  std::vector<float> zero(4);
  normalize(zero);
  EXPECT_EQ(zero, std::vector<float>(4));
  std::vector<float> tiny = {1e-30F, 0};
  normalize(tiny);
  EXPECT_LT(tiny[0], 1.0F);
  std::vector<float> large = {1e30F, 1e30F};
  normalize(large);
  EXPECT_FLOAT_EQ(large[0], std::sqrt(0.5F));
}

}  // namespace
}  // namespace akidb::embedding::pipeline
