#include "base/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace akidb::embedding::base {
namespace {

// Length of the well-formed sequence that starts at `text`, 0 where there is none (RFC 3629, section 4).
std::size_t sequence_length(const unsigned char* text, std::size_t left) noexcept {
  const auto is_tail = [&](std::size_t at) { return at < left && (text[at] & 0xC0U) == 0x80; };
  const unsigned char first = text[0];
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !is_tail(1)) return 0;
  if (first < 0xE0) return 2;
  if (first == 0xE0 && text[1] < 0xA0) return 0;  // overlong
  if (first == 0xED && text[1] > 0x9F) return 0;  // surrogates
  if (!is_tail(2)) return 0;
  if (first < 0xF0) return 3;
  if (first == 0xF0 && text[1] < 0x90) return 0;  // overlong
  if (first == 0xF4 && text[1] > 0x8F) return 0;  // above U+10FFFF
  return is_tail(3) ? 4 : 0;
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t at = 0;
  while (at < text.size()) {
    std::uint64_t eight = 0;
    if (at + sizeof eight <= text.size()) {
      std::memcpy(&eight, bytes + at, sizeof eight);
      if ((eight & 0x8080808080808080U) == 0) {
        at += sizeof eight;
        continue;
      }
    }
    const std::size_t length = sequence_length(bytes + at, text.size() - at);
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

}  // namespace akidb::embedding::base
