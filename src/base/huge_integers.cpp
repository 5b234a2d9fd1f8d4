#include "base/huge_integers.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace akidb::embedding::base {
namespace {

bool fits_64_bits(std::string_view digits, bool negative) {
  std::uint64_t value = 0;
  const auto outcome = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return outcome.ec == std::errc() && (!negative || value <= 1ULL << 63U);
}

}  // namespace

std::string with_huge_integers_as_reals(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    std::size_t length = 1;
    if (text[0] == '"') {
      while (length < text.size() && text[length] != '"') length += text[length] == '\\' ? 2 : 1;
      length = std::min(length + 1, text.size());
    } else if (text[0] >= '0' && text[0] <= '9') {
      length = std::min(text.find_first_not_of("0123456789+-.eE"), text.size());
    }
    const auto piece = text.substr(0, length);
    const bool negative = out.ends_with('-');
    out.append(piece);
    const bool is_integer = piece.find_first_not_of("0123456789") == std::string_view::npos;
    if (is_integer && !fits_64_bits(piece, negative)) out += ".0";
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace akidb::embedding::base
