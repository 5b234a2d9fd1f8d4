#include "text/utf8.hpp"

#include <gtest/gtest.h>

#include "base/utf8.hpp"
#include "text/aligned_text.hpp"

namespace akidb::embedding::text {
namespace {

TEST(Utf8, EveryScalarValueRoundTrips) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string bytes;
    append_utf8(bytes, c);
    ASSERT_EQ(base::find_invalid_utf8(bytes), std::nullopt) << std::hex << static_cast<std::uint32_t>(c);
    ASSERT_EQ(utf8_length(static_cast<unsigned char>(bytes[0])), bytes.size());
    const char* at = bytes.data();
    ASSERT_EQ(decode_utf8(at), c);
    ASSERT_EQ(at, bytes.data() + bytes.size());
  }
}

struct Fault {
  std::string_view what;
  std::string_view bytes;
};

constexpr Fault kFaults[] = {
    {"a lone continuation", "\x80"},
    {"a cut-off two-byte sequence", "\xC3"},
    {"a cut-off three-byte sequence", "\xE2\x82"},
    {"a cut-off four-byte sequence", "\xF0\x9F\x98"},
    {"a lead byte before ASCII", "\xC3x"},
    {"an overlong slash", "\xC0\xAF"},
    {"an overlong of three bytes", "\xE0\x80\xAF"},
    {"an overlong of four bytes", "\xF0\x80\x80\xAF"},
    {"a surrogate", "\xED\xA0\x80"},
    {"above U+10FFFF", "\xF4\x90\x80\x80"},
    {"a lead byte that never occurs", "\xF5\x80\x80\x80"},
    {"0xFF", "\xFF"},
};

TEST(Utf8, NamesTheByteOfTheFirstFault) {
  for (const auto& fault : kFaults) {
    for (std::size_t before = 0; before < 80; ++before) {
      const std::string good(before, 'a');
      EXPECT_EQ(base::find_invalid_utf8(good + std::string(fault.bytes)), before) << fault.what;
      EXPECT_EQ(base::find_invalid_utf8(good + std::string(fault.bytes) + std::string(40, 'b')), before) << fault.what;
      EXPECT_EQ(base::find_invalid_utf8(good + "\xC3\xA9" + std::string(fault.bytes)), before + 2) << fault.what;
    }
  }
}

TEST(Utf8, TheErrorSaysWhere) {
  const Error error = base::invalid_utf8_error(17);
  EXPECT_EQ(error.code, ErrorCode::invalid_argument);
  EXPECT_EQ(error.message, "the text is not valid UTF-8 at byte 17");
}

TEST(AlignedText, KeepsThePlaceOfEachCharacter) {
  const AlignedText expected = {{U'a', 10, 11}, {U'\u00E9', 11, 13}, {U'\u20AC', 13, 16}, {U'\U0001F600', 16, 20}};
  EXPECT_EQ(align("a\u00E9\u20AC\U0001F600", 10), expected);
  EXPECT_TRUE(align("", 3).empty());
}

}  // namespace
}  // namespace akidb::embedding::text
