// Decoding and encoding of UTF-8 that base/utf8.hpp has found valid.
#pragma once

#include <cstddef>
#include <string>

namespace akidb::embedding::text {

inline constexpr std::size_t kMaxUtf8Length = 4;

// Bytes of the character that begins with `lead`, in valid UTF-8.
inline std::size_t utf8_length(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead < 0xE0) return 2;
  return lead < 0xF0 ? 3 : 4;
}

// The character at `at`, which is moved behind it. `text` must be valid and `at` on a boundary before its end.
inline char32_t decode_utf8(const char*& at) noexcept {
  const auto byte = [&at](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(at[i])); };
  const char32_t lead = byte(0);
  if (lead < 0x80) {
    at += 1;
    return lead;
  }
  if (lead < 0xE0) {
    const char32_t c = (lead & 0x1F) << 6 | (byte(1) & 0x3F);
    at += 2;
    return c;
  }
  if (lead < 0xF0) {
    const char32_t c = (lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    at += 3;
    return c;
  }
  const char32_t c = (lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  at += 4;
  return c;
}

// Writes a code point to `out`, which must have room for kMaxUtf8Length bytes; returns its length.
inline std::size_t encode_utf8(char32_t c, char* out) noexcept {
  const auto put = [out](std::size_t i, char32_t value) { out[i] = static_cast<char>(value); };
  if (c < 0x80) {
    put(0, c);
    return 1;
  }
  if (c < 0x800) {
    put(0, 0xC0 | c >> 6);
    put(1, 0x80 | (c & 0x3F));
    return 2;
  }
  if (c < 0x10000) {
    put(0, 0xE0 | c >> 12);
    put(1, 0x80 | (c >> 6 & 0x3F));
    put(2, 0x80 | (c & 0x3F));
    return 3;
  }
  put(0, 0xF0 | c >> 18);
  put(1, 0x80 | (c >> 12 & 0x3F));
  put(2, 0x80 | (c >> 6 & 0x3F));
  put(3, 0x80 | (c & 0x3F));
  return 4;
}

inline void append_utf8(std::string& text, char32_t c) {
  char bytes[kMaxUtf8Length];
  text.append(bytes, encode_utf8(c, bytes));
}

}  // namespace akidb::embedding::text
