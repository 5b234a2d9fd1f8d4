#include "support/mutator.hpp"

#include <algorithm>
#include <array>

namespace akidb::embedding::test {
namespace {

constexpr std::array<std::string_view, 18> kPieces = {
    "0",          "-1",
    "1e999",      "18446744073709551616",
    "4294967296", "9007199254740993",
    "null",       "true",
    "{}",         "[]",
    "\"\"",       "\"",
    "{",          "]",
    ",",          ":",
    "\\u0000",    "../",
};

}  // namespace

std::string Mutator::mutate(std::string_view original) {
  std::string text(original);
  for (std::size_t changes = 1 + below(4); changes > 0; --changes) change(text);
  return text;
}

void Mutator::change(std::string& text) {
  constexpr std::size_t kMostInserted = 16;
  const std::size_t place = below(text.size());
  const std::size_t length = std::min(text.size() - place, 1 + below(kMostInserted));
  switch (below(9)) {
    case 0:
      if (!text.empty()) text[place] = static_cast<char>(text[place] ^ (1 << below(8)));
      break;
    case 1:
      if (!text.empty()) text[place] = static_cast<char>(below(256));
      break;
    case 2: text.insert(place, 1, static_cast<char>(below(256))); break;
    case 3: text.erase(place, length); break;
    case 4: text.insert(place, text.substr(place, length)); break;
    case 5: text.insert(below(text.size()), text.substr(place, length)); break;
    case 6: text.resize(place); break;
    case 7: text.insert(place, kPieces[below(kPieces.size())]); break;
    default: {
      // Digits are where sizes are.
      const auto digit = text.find_first_of("0123456789", place);
      if (digit != std::string::npos) text.replace(digit, 1, kPieces[below(kPieces.size())]);
    }
  }
}

}  // namespace akidb::embedding::test
