// The golden vectors of tests/data/golden, in memory. What they are is said in its README.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace akidb::embedding::test {

inline constexpr std::size_t kGoldenDimension = 384;

// Bounds of the golden test: what a value may differ by, and the least cosine.
inline constexpr float kLargestDifference = 2e-6F;
inline constexpr double kLeastCosine = 0.999999;

// The same in float32 of a ModelInfo::matmul_precision.
inline constexpr float kLargestDifferenceOfHigh = 5e-6F;
constexpr float largest_difference_of(std::string_view matmul_precision) {
  return matmul_precision == "high" ? kLargestDifferenceOfHigh : kLargestDifference;
}

struct GoldenText {
  std::string group;
  std::string text;
  std::uint32_t tokens = 0;
  std::uint32_t truncated_tokens = 0;
  std::vector<float> vector;
};

struct GoldenTokens {
  std::string text;
  std::vector<std::uint32_t> ids;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> byte_offsets;
  std::vector<float> rows;  // a row of kGoldenDimension per id
};

// Read at the first call; a missing or malformed file ends the test program with a message.
const std::vector<GoldenText>& golden_texts();
const std::vector<GoldenTokens>& golden_tokens();

// The golden of this very text, which must be there.
const GoldenText& golden(const std::string& text);

float largest_difference(std::span<const float> a, std::span<const float> b);
double cosine(std::span<const float> a, std::span<const float> b);

}  // namespace akidb::embedding::test
