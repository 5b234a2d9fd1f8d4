#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

namespace akidb::embedding::base {
namespace {

// Another way to the same answer: decode by the lead's bits, then look at the code point (RFC 3629, section 3).
std::size_t valid_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const unsigned lead = byte(at);
    std::size_t length = 0;
    std::uint32_t code = 0;
    if (lead >> 7U == 0) {
      length = 1;
      code = lead;
    } else if (lead >> 5U == 0b110) {
      length = 2;
      code = lead & 0x1FU;
    } else if (lead >> 4U == 0b1110) {
      length = 3;
      code = lead & 0x0FU;
    } else if (lead >> 3U == 0b11110) {
      length = 4;
      code = lead & 0x07U;
    }
    if (length == 0 || at + length > text.size()) return at;
    for (std::size_t tail = 1; tail < length; ++tail) {
      if (byte(at + tail) >> 6U != 0b10) return at;
      code = code << 6U | (byte(at + tail) & 0x3FU);
    }
    constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return at;
    at += length;
  }
  return at;
}

std::size_t checked(std::string_view text) { return find_invalid_utf8(text).value_or(text.size()); }

// Bytes at the edges of every range that RFC 3629's grammar names.
constexpr std::string_view kEdges("\x00\x7F\x80\x8F\x90\x9F\xA0\xBF\xC0\xC1\xC2\xDF\xE0\xED\xEF\xF0\xF4\xF5\xFF", 19);

TEST(Utf8, AgreesWithAPlainDecoderOnAllSequencesOfUpToThreeBytes) {
  std::uint64_t valid = 0;
  for (std::size_t length = 1; length <= 3; ++length) {
    std::string text(length, '\0');
    for (std::uint32_t bits = 0; bits < 1U << (8 * length); ++bits) {
      for (std::size_t at = 0; at < length; ++at) text[at] = static_cast<char>(bits >> (8 * at));
      const auto answer = checked(text);
      if (answer != valid_prefix(text)) FAIL() << "bits " << bits << " of " << length << " bytes: " << answer;
      valid += answer == length ? 1 : 0;
    }
  }
  // Sums over the ways to cut 1, 2 and 3 bytes into characters of 128, 1,920 and 61,440 (no surrogates).
  constexpr std::uint64_t kOne = 128, kTwo = 1920, kThree = 61440;
  EXPECT_EQ(valid, kOne + (kOne * kOne + kTwo) + (kOne * kOne * kOne + 2 * kOne * kTwo + kThree));
}

TEST(Utf8, AgreesWithAPlainDecoderOnFourBytes) {
  std::string text(4, '\0');
  for (std::uint32_t bits = 0; bits < 1U << 16U; ++bits) {
    text[0] = static_cast<char>(bits >> 8U);
    text[1] = static_cast<char>(bits);
    for (const char third : kEdges) {
      text[2] = third;
      for (const char fourth : kEdges) {
        text[3] = fourth;
        if (checked(text) != valid_prefix(text)) FAIL() << testing::PrintToString(text);
      }
    }
  }
}

TEST(Utf8, AgreesWithAPlainDecoderAtEveryPlaceBesideAsciiThatIsSkipped) {
  for (std::size_t before = 0; before <= 9; ++before) {
    for (const char first : kEdges) {
      for (const char second : kEdges) {
        for (std::size_t after = 0; after <= 9; ++after) {
          const std::string text = std::string(before, 'a') + first + second + std::string(after, 'z');
          EXPECT_EQ(checked(text), valid_prefix(text)) << testing::PrintToString(text);
        }
      }
    }
  }
}

TEST(Utf8, TakesEveryCharacterThatThereIs) {
  std::string all;
  for (std::uint32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    const auto put = [&](std::uint32_t byte) { all += static_cast<char>(byte); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0U | code >> 6U);
    } else if (code < 0x10000) {
      put(0xE0U | code >> 12U);
    } else {
      put(0xF0U | code >> 18U);
      put(0x80U | (code >> 12U & 0x3FU));
    }
    if (code >= 0x800) put(0x80U | (code >> 6U & 0x3FU));
    if (code >= 0x80) put(0x80U | (code & 0x3FU));
  }
  EXPECT_EQ(find_invalid_utf8(all), std::nullopt);
  EXPECT_EQ(find_invalid_utf8(""), std::nullopt);
  all += '\xF4';
  EXPECT_EQ(find_invalid_utf8(all), all.size() - 1);
}

TEST(Utf8, IsRepairedByteByByte) {
  EXPECT_EQ(repaired_utf8(""), "");
  EXPECT_EQ(repaired_utf8("caf\u00e9"), "caf\u00e9");
  EXPECT_EQ(repaired_utf8("sh\xE1pe"), "sh\uFFFDpe");
  EXPECT_EQ(repaired_utf8("\xED\xA0\x80|\xC3"), "\uFFFD\uFFFD\uFFFD|\uFFFD");
}

}  // namespace
}  // namespace akidb::embedding::base
