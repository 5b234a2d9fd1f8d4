#include "tokenizer/trim_offsets.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace akidb::embedding::tokenizer {
namespace {

// White space, or what byte-level vocabularies write for U+0020.
bool is_trimmed(char32_t c) { return c == U'\u0120' || (text::properties_of(c) & text::property::kWhitespace) != 0; }

struct Spaces {
  std::uint32_t leading = 0;
  std::uint32_t trailing = 0;
};

Spaces spaces_of(const std::string& token) {
  Spaces spaces;
  bool all = true;
  const char* at = token.data();
  while (at != token.data() + token.size()) {
    if (is_trimmed(text::decode_utf8(at))) {
      spaces.leading += all ? 1 : 0;
      ++spaces.trailing;
    } else {
      all = false;
      spaces.trailing = 0;
    }
  }
  return spaces;
}

Offset trimmed(Offset chars, Spaces spaces, bool is_first_token, bool add_prefix_space) {
  if (spaces.leading > 0) {
    const bool first = is_first_token || chars.begin == 0;
    if (first && add_prefix_space && spaces.leading == 1) spaces.leading = 0;
    chars.begin = std::min(chars.begin + spaces.leading, chars.end);
  }
  if (spaces.trailing > 0 && chars.end >= spaces.trailing) {
    chars.end = std::max(chars.end - spaces.trailing, chars.begin);
  }
  return chars;
}

using CharBegins = std::vector<std::uint32_t>;  // byte of each character, and the text's size behind them

CharBegins char_begins(std::string_view text) {
  CharBegins begins;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) begins.push_back(static_cast<std::uint32_t>(i));
  }
  begins.push_back(static_cast<std::uint32_t>(text.size()));
  return begins;
}

void trim(Encoding& encoding, const CharBegins& begins, bool add_prefix_space) {
  for (std::size_t i = 0; i < encoding.tokens.size(); ++i) {
    Offset& chars = encoding.char_offsets[i];
    chars = trimmed(chars, spaces_of(encoding.tokens[i]), i == 0, add_prefix_space);
    encoding.byte_offsets[i] = {begins[chars.begin], begins[chars.end]};
  }
  for (auto& window : encoding.overflowing) trim(window, begins, add_prefix_space);
}

}  // namespace

void trim_offsets(Encoding& encoding, std::string_view text, bool add_prefix_space) {
  trim(encoding, char_begins(text), add_prefix_space);
}

}  // namespace akidb::embedding::tokenizer
