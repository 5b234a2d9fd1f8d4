#include <algorithm>
#include <charconv>
#include <cstdint>

#include "cli/input/json_scan.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr bool is_high(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// The value of the four digits after "\u" at `at`; 0 where there is no such escape (0 is no surrogate).
std::uint32_t escaped_unit(std::string_view text, std::size_t at) {
  if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') return 0;
  std::uint32_t unit = 0;
  std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  return unit;
}

char plain_escape(char c) {
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

// A Unicode scalar value as UTF-8.
void append_utf8(std::uint32_t scalar, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (scalar < 0x80) return put(scalar);
  if (scalar < 0x800) {
    put(0xC0 | (scalar >> 6));
  } else {
    if (scalar < 0x10000) {
      put(0xE0 | (scalar >> 12));
    } else {
      put(0xF0 | (scalar >> 18));
      put(0x80 | ((scalar >> 12) & 0x3F));
    }
    put(0x80 | ((scalar >> 6) & 0x3F));
  }
  put(0x80 | (scalar & 0x3F));
}

}  // namespace

std::optional<JsonProblem> unescape_json(std::string_view text, std::string& out) {
  out.clear();
  const std::size_t end = text.size() - 1;
  std::size_t at = 1;
  while (at < end) {
    const auto escape = std::min(text.find('\\', at), end);
    out.append(text, at, escape - at);
    at = escape;
    if (at == end) break;
    if (text[at + 1] != 'u') {
      out += plain_escape(text[at + 1]);
      at += 2;
      continue;
    }
    const std::uint32_t unit = escaped_unit(text, at);
    const std::uint32_t low = is_high(unit) ? escaped_unit(text, at + 6) : 0;
    if (is_low(unit) || (is_high(unit) && !is_low(low))) {
      return JsonProblem{
          at, "expected both halves of a surrogate pair, found " + std::string(text.substr(at, 6)) + " alone"};
    }
    append_utf8(is_high(unit) ? 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00) : unit, out);
    at += is_high(unit) ? 12 : 6;
  }
  return std::nullopt;
}

}  // namespace akidb::embedding::cli
