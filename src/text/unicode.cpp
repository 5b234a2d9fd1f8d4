#include "text/unicode.hpp"

namespace akidb::embedding::text {
namespace {

// Hangul syllables are decomposed by arithmetic (Unicode, section 3.12).
constexpr char32_t kSyllableBase = 0xAC00;
constexpr char32_t kSyllables = 11172;
constexpr char32_t kLeadBase = 0x1100;
constexpr char32_t kVowelBase = 0x1161;
constexpr char32_t kTailBase = 0x11A7;
constexpr char32_t kVowels = 21;
constexpr char32_t kTails = 28;

Expansion from_pool(const char32_t* pool, std::uint16_t place, char32_t c) noexcept {
  if (place == 0) return {{c}, 1};
  Expansion expansion;
  expansion.size = pool[place];
  for (std::size_t i = 0; i < expansion.size; ++i) expansion.code_points[i] = pool[place + 1 + i];
  return expansion;
}

}  // namespace

Expansion lower_of(char32_t c) noexcept {
  return from_pool(tables::kLowerPool, detail::look_up(tables::kLowerBlocks, tables::kLowerValues, c), c);
}

Expansion decomposition_of(char32_t c) noexcept {
  if (c - kSyllableBase < kSyllables) {
    const char32_t index = c - kSyllableBase;
    const char32_t tail = index % kTails;
    return {{kLeadBase + index / (kVowels * kTails), kVowelBase + index / kTails % kVowels, kTailBase + tail},
            tail == 0 ? 2U : 3U};
  }
  const auto place = detail::look_up(tables::kDecompositionBlocks, tables::kDecompositionValues, c);
  return from_pool(tables::kDecompositionPool, place, c);
}

}  // namespace akidb::embedding::text
