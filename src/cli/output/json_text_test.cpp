#include "cli/output/json_text.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>

#include "base/json_scan.hpp"

namespace akidb::embedding::cli {
namespace {

std::string printed(float value) {
  std::string out;
  append_float(value, out);
  return out;
}

TEST(AppendFloat, PrintsTheFewestDigits) {
  EXPECT_EQ(printed(0.1F), "0.1");
  EXPECT_EQ(printed(-2.0F), "-2");
  EXPECT_EQ(printed(0.0F), "0");
  EXPECT_EQ(printed(-0.0F), "-0");
  EXPECT_EQ(printed(1.0F / 3.0F), "0.33333334");
  EXPECT_EQ(printed(1e-10F), "1e-10");
}

TEST(AppendFloat, ReadsBackAsTheSameFloatAndIsJson) {
  std::mt19937 random(7);
  std::vector<base::JsonMember> members;
  for (int i = 0; i < 200'000; ++i) {
    const auto bits = static_cast<std::uint32_t>(random());
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    const std::string text = printed(value);
    EXPECT_EQ(std::strtof(text.c_str(), nullptr), value) << text;
    EXPECT_FALSE(base::scan_json_object("{\"v\":" + text + "}", members)) << text;
  }
}

TEST(AppendFloats, IsAnArray) {
  std::string out;
  append_floats(std::vector<float>{0.5F, -1.0F}, out);
  append_floats({}, out);
  EXPECT_EQ(out, "[0.5,-1][]");
}

TEST(JsonString, EscapesWhatMustBe) {
  EXPECT_EQ(json_string("a\"b\\c/é😀"), "\"a\\\"b\\\\c/é😀\"");
  EXPECT_EQ(json_string(std::string("\0\x01\b\f\n\r\t\x1f\x7f", 9)), "\"\\u0000\\u0001\\b\\f\\n\\r\\t\\u001f\x7f\"");
}

TEST(JsonString, ComesBackFromItsEscapes) {
  std::string text;
  for (int c = 0; c < 128; ++c) text += static_cast<char>(c);
  std::string back;
  base::unescape_json(json_string(text), back);
  EXPECT_EQ(back, text);
}

TEST(Fixed, HasItsDigits) {
  EXPECT_EQ(fixed(1.0, 4), "1.0000");
  EXPECT_EQ(fixed(-0.12345, 3), "-0.123");
  EXPECT_EQ(fixed(1e30, 0).size(), 31U);
}

}  // namespace
}  // namespace akidb::embedding::cli
