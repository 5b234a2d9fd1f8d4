// A \uXXXX escape: one unit of UTF-16, half a character where it is a surrogate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace akidb::embedding::base {

constexpr std::size_t kEscapedUnit = 6;  // bytes of \uXXXX

constexpr bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }
constexpr bool is_surrogate(std::uint32_t unit) { return is_high_surrogate(unit) || is_low_surrogate(unit); }

constexpr bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// The unit of the escape at `at`; 0, which is no surrogate, where none begins there.
constexpr std::uint32_t escaped_unit(std::string_view text, std::size_t at) {
  if (text.size() < at + kEscapedUnit || text[at] != '\\' || text[at + 1] != 'u') return 0;
  std::uint32_t unit = 0;
  for (const char c : text.substr(at + 2, 4)) {
    if (!is_hex(c)) return 0;
    unit = unit * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return unit;
}

}  // namespace akidb::embedding::base
