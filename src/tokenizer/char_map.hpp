// What a BertNormalizer and a BertPreTokenizer together make of one character, without looking at its neighbours.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "text/unicode.hpp"
#include "tokenizer/parts.hpp"

namespace akidb::embedding::tokenizer {

// Immutable after construction; const functions are thread-safe.
class CharMap {
 public:
  // Whether the steps are those of a BertNormalizer (or none) and of a BertPreTokenizer.
  static bool supports(const TokenizerParts& parts);
  explicit CharMap(std::span<const NormalizerStep> steps);

  // Tells `words` what comes of `c`, in its order: append(code point) for a character of a word, end_word() for a
  // separator, single(code point) for a word of its own. False where it depends on the neighbours: a mark that stays,
  // but may change places.
  template <class Words>
  bool map(char32_t c, Words& words) const;

  // Whether `c` is a character of a word, and stays as it is.
  [[nodiscard]] bool stays(char32_t c) const noexcept { return (text::properties_of(c) & watched_) == 0; }

 private:
  template <class Words>
  void map_normalized(char32_t c, Words& words) const;

  bool accents_ = false;
  bool lowercase_ = false;
  std::uint16_t watched_ = 0;  // properties that make anything happen
};

template <class Words>
bool CharMap::map(char32_t c, Words& words) const {
  namespace property = text::property;
  const std::uint16_t properties = text::properties_of(c) & watched_;
  if ((properties & property::kCleanedAway) != 0) return true;
  if ((properties & property::kCleanedToSpace) != 0) {
    words.end_word();
    return true;
  }
  const bool isolated = (properties & property::kChinese) != 0;
  if (isolated) words.end_word();
  if (accents_ && (properties & (property::kDecomposes | property::kReorders | property::kNonspacingMark)) != 0) {
    for (const char32_t part : text::decomposition_of(c)) {
      const std::uint16_t mark = text::properties_of(part);
      if ((mark & property::kNonspacingMark) != 0) continue;
      if ((mark & property::kReorders) != 0) return false;
      map_normalized(part, words);
    }
  } else {
    map_normalized(c, words);
  }
  if (isolated) words.end_word();
  return true;
}

template <class Words>
void CharMap::map_normalized(char32_t c, Words& words) const {
  namespace property = text::property;
  const text::Expansion lowered = lowercase_ ? text::lower_of(c) : text::Expansion{{c}, 1};
  for (const char32_t code : lowered) {
    const std::uint16_t properties = text::properties_of(code);
    if ((properties & property::kWhitespace) != 0) {
      words.end_word();
    } else if ((properties & property::kPunctuation) != 0) {
      words.single(code);
    } else {
      words.append(code);
    }
  }
}

}  // namespace akidb::embedding::tokenizer
