// How far an input has been read: enough to go on from there, and to see that it is the same input.
#pragma once

#include <cstdint>
#include <string_view>

namespace akidb::embedding::cli {

inline constexpr std::uint64_t kDigestOfNothing = 0xCBF29CE484222325U;

// FNV-1a of bytes that follow those that `digest` is of. It tells what changed by chance, not by intent.
constexpr std::uint64_t digest_of(std::string_view bytes, std::uint64_t digest = kDigestOfNothing) noexcept {
  for (const char c : bytes) digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return digest;
}

struct InputPosition {
  std::uint64_t records = 0;  // good and bad
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t digest = kDigestOfNothing;  // of those bytes

  friend bool operator==(const InputPosition&, const InputPosition&) = default;
};

}  // namespace akidb::embedding::cli
