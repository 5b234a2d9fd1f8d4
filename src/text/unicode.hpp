// Properties of Unicode code points, as the reference tokenizers (Hugging Face `tokenizers`) see them.
//
// The reference takes categories, decompositions and case from libraries with tables of different versions of
// Unicode; the tables here were observed from it, code point by code point (scripts/generate_unicode_tables.py).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "text/unicode_tables.hpp"

namespace akidb::embedding::text {

inline constexpr char32_t kCodePoints = 0x110000;

// Bits of properties_of().
namespace property {
inline constexpr std::uint16_t kWhitespace = 1U << 0;      // white space for pre-tokenizers and Strip
inline constexpr std::uint16_t kCleanedAway = 1U << 1;     // clean_text drops it
inline constexpr std::uint16_t kCleanedToSpace = 1U << 2;  // clean_text makes it U+0020
inline constexpr std::uint16_t kPunctuation = 1U << 3;     // a word of its own for BertPreTokenizer
inline constexpr std::uint16_t kChinese = 1U << 4;         // handle_chinese_chars puts spaces around it
inline constexpr std::uint16_t kNonspacingMark = 1U << 5;  // strip_accents drops it
inline constexpr std::uint16_t kCombiningMark = 1U << 6;   // the normalizer StripAccents drops it
inline constexpr std::uint16_t kDecomposes = 1U << 7;      // has a canonical decomposition
inline constexpr std::uint16_t kLowers = 1U << 8;          // lower case differs
inline constexpr std::uint16_t kWord = 1U << 9;            // \w in a regular expression
inline constexpr std::uint16_t kPatternSpace = 1U << 10;   // \s in a regular expression
inline constexpr std::uint16_t kReorders = 1U << 11;       // combining class other than 0
}  // namespace property

namespace detail {
template <class T>
T look_up(const std::uint8_t* blocks, const T* values, char32_t c) noexcept {
  const auto block = static_cast<std::size_t>(blocks[c >> tables::kBlockBits]);
  return values[(block << tables::kBlockBits) | (c & (tables::kBlockSize - 1))];
}
}  // namespace detail

// All functions take a code point below kCodePoints.
inline std::uint16_t properties_of(char32_t c) noexcept {
  return detail::look_up(tables::kPropertyBlocks, tables::kPropertyValues, c);
}

// Grows with the canonical combining class; 0 for class 0.
inline std::uint8_t combining_rank(char32_t c) noexcept {
  return detail::look_up(tables::kCombiningBlocks, tables::kCombiningValues, c);
}

// A code point's lower case: one or more code points, without regard to its neighbours.
struct Expansion {
  char32_t code_points[4] = {};
  std::size_t size = 0;
  [[nodiscard]] const char32_t* begin() const noexcept { return code_points; }
  [[nodiscard]] const char32_t* end() const noexcept { return code_points + size; }
};

Expansion lower_of(char32_t c) noexcept;

// The full canonical decomposition: one to four code points.
Expansion decomposition_of(char32_t c) noexcept;

}  // namespace akidb::embedding::text
