#include "remote/base64_floats.hpp"

#include <bit>
#include <cstdint>

namespace akidb::embedding::remote {
namespace {

// 0 to 63, or -1.
int digit(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

}  // namespace

bool append_base64_floats(std::string_view text, std::vector<float>& values) {
  if (text.size() % 4 != 0) return false;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  if (text.size() % 4 == 1) return false;
  std::uint32_t bits = 0, value = 0;
  int held = 0, bytes = 0;
  for (const char c : text) {
    const int six = digit(c);
    if (six < 0) return false;
    bits = (bits << 6U) | static_cast<std::uint32_t>(six);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    value |= ((bits >> static_cast<unsigned>(held)) & 0xFFU) << (8U * static_cast<unsigned>(bytes));
    if (++bytes == 4) {
      values.push_back(std::bit_cast<float>(value));
      value = 0;
      bytes = 0;
    }
  }
  return bytes == 0;
}

}  // namespace akidb::embedding::remote
