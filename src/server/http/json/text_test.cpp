#include "server/http/json/text.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cstdint>
#include <vector>

#include "server/http/json/base64.hpp"

namespace akidb::embedding::server {
namespace {

TEST(Base64, EncodesTheVectorsOfTheRfc) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xff\xfe\xfd", "//79"},
  };
  for (const auto& [text, expected] : cases) {
    std::string out = "x";
    append_base64(std::as_bytes(std::span(text)), out);
    EXPECT_EQ(out, "x" + std::string(expected));
  }
}

TEST(JsonText, EscapesWhatJsonWants) {
  EXPECT_EQ(json_string("a\"b\\c\n\x01\xc3\xa9"), "\"a\\\"b\\\\c\\n\\u0001\xc3\xa9\"");
  EXPECT_EQ(json_string(""), "\"\"");
}

TEST(JsonText, WritesFloatsThatReadBackAsTheSameBits) {
  std::vector<float> values = {0.0F, -0.0F, 1.0F, -1.0F, 0.1F, 1e10F, 1e-10F, 3.4028235e38F, 1.17549435e-38F, 1e-45F};
  std::uint32_t bits = 12'345;
  while (values.size() < 200'000) {
    bits = bits * 1'664'525U + 1'013'904'223U;
    const auto value = std::bit_cast<float>(bits);
    if (value == value && value - value == 0.0F) values.push_back(value);
  }
  std::string text;
  append_floats(values, text);
  ASSERT_EQ(text.front(), '[');
  ASSERT_EQ(text.back(), ']');
  const char* at = text.data() + 1;
  for (const float value : values) {
    float read = 0;
    const auto [end, problem] = std::from_chars(at, text.data() + text.size(), read);
    ASSERT_EQ(problem, std::errc());
    ASSERT_EQ(std::bit_cast<std::uint32_t>(read), std::bit_cast<std::uint32_t>(value));
    at = end + 1;
  }
  text.clear();
  append_floats({}, text);
  EXPECT_EQ(text, "[]");
}

}  // namespace
}  // namespace akidb::embedding::server
