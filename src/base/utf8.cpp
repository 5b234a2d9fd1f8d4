#include "base/utf8.hpp"

#include <cstdint>
#include <cstring>
#include <string>

namespace akidb::embedding::base {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080;

// Bytes of the well-formed sequence at the start of [at, at + size), of which the first is not ASCII; 0 where
// it is ill-formed. The table is 3-7 of the Unicode standard.
std::size_t well_formed_length(const unsigned char* at, std::size_t size) noexcept {
  const auto continues = [at](std::size_t i) { return (at[i] & 0xC0) == 0x80; };
  const unsigned char lead = at[0];
  if (lead >= 0xC2 && lead <= 0xDF) return size >= 2 && continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (size < 3 || !continues(1) || !continues(2)) return 0;
    if (lead == 0xE0 && at[1] < 0xA0) return 0;
    if (lead == 0xED && at[1] > 0x9F) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (size < 4 || !continues(1) || !continues(2) || !continues(3)) return 0;
    if (lead == 0xF0 && at[1] < 0x90) return 0;
    if (lead == 0xF4 && at[1] > 0x8F) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t i = 0;
  while (i < text.size()) {
    while (i + 32 <= text.size()) {  // whole blocks of ASCII
      std::uint64_t words[4];
      std::memcpy(words, bytes + i, sizeof words);
      if (((words[0] | words[1] | words[2] | words[3]) & kHighBits) != 0) break;
      i += 32;
    }
    const std::size_t end = i + 32 < text.size() ? i + 32 : text.size();
    while (i < end) {
      if (bytes[i] < 0x80) {
        ++i;
        continue;
      }
      const std::size_t length = well_formed_length(bytes + i, text.size() - i);
      if (length == 0) return i;
      i += length;
    }
  }
  return std::nullopt;
}

std::string repaired_utf8(std::string_view text) {
  std::string repaired;
  for (auto bad = find_invalid_utf8(text); bad; bad = find_invalid_utf8(text)) {
    repaired.append(text.substr(0, *bad)).append("\xEF\xBF\xBD");
    text.remove_prefix(*bad + 1);
  }
  return repaired.append(text);
}

Error invalid_utf8_error(std::size_t byte) {
  return {ErrorCode::invalid_argument, "the text is not valid UTF-8 at byte " + std::to_string(byte), {}, {}};
}

}  // namespace akidb::embedding::base
