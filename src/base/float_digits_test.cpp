#include "base/float_digits.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

namespace akidb::embedding::base {
namespace {

std::string written(float value) {
  std::array<char, kLongestFloat> text;
  return {text.data(), write_float(value, text.data())};
}

// Digits that say something: without zeros at either end, point and exponent.
std::size_t significant(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (c == 'e') break;
    if (c >= '0' && c <= '9') digits += c;
  }
  const auto first = std::min(digits.find_first_not_of('0'), digits.size());
  digits.erase(0, first);
  while (digits.ends_with('0')) digits.pop_back();
  return digits.size();
}

std::string scientific(float value) {
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific).ptr};
}

TEST(FloatDigits, AreWrittenAsJsonNumbers) {
  EXPECT_EQ(written(0.0F), "0");
  EXPECT_EQ(written(-0.0F), "-0");
  EXPECT_EQ(written(1.0F), "1");
  EXPECT_EQ(written(-0.5F), "-0.5");
  EXPECT_EQ(written(0.1F), "0.1");
  EXPECT_EQ(written(0.0067349155F), "0.0067349155");
  EXPECT_EQ(written(0.00001F), "0.00001");
  EXPECT_EQ(written(1e-6F), "1e-06");
  EXPECT_EQ(written(123.456F), "123.456");
  EXPECT_EQ(written(100'000'000.0F), "100000000");
  EXPECT_EQ(written(1e10F), "1e+10");
  EXPECT_EQ(written(16'777'216.0F), "16777216");
  EXPECT_EQ(written(std::numeric_limits<float>::max()), "3.4028235e+38");
  EXPECT_EQ(written(-std::numeric_limits<float>::min()), "-1.1754944e-38");
  EXPECT_EQ(written(std::numeric_limits<float>::denorm_min()), "1e-45");
}

TEST(FloatDigits, HaveCommasBetweenThem) {
  constexpr std::array values = {1.5F, -2.0F, 1e-20F};
  std::array<char, 3 * (kLongestFloat + 1)> text;
  EXPECT_EQ(std::string(text.data(), write_floats(values, text.data())), "1.5,-2,1e-20");
  EXPECT_EQ(write_floats({}, text.data()), text.data());
}

// Values of all exponents, each power of two and what is beside it among them.
TEST(FloatDigits, ReadBackAndAreTheFewest) {
  constexpr std::uint32_t kInfinity = 0x7F800000U;
  const auto check = [](std::uint32_t bits) {
    const float value = std::bit_cast<float>(bits);
    const std::string text = written(value);
    float back = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), back);
    ASSERT_EQ(problem, std::errc()) << text;
    ASSERT_EQ(end, text.data() + text.size()) << text;
    ASSERT_EQ(std::bit_cast<std::uint32_t>(back), bits) << text;
    ASSERT_LE(significant(text), significant(scientific(value))) << text;
  };
  for (std::uint32_t bits = 1; bits < kInfinity; bits += 4'999) check(bits);
  for (std::uint32_t exponent = 1; exponent < 255; ++exponent) {
    for (const std::uint32_t beside : {0U, 1U, 2U, 0x7FFFFFU}) check(exponent << 23U | beside);
  }
}

}  // namespace
}  // namespace akidb::embedding::base
