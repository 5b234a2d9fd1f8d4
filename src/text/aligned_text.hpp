// A text under normalisation: its characters as they are now, each with the place it came from.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace akidb::embedding::text {

struct AlignedChar {
  char32_t code;
  std::uint32_t begin;  // half-open range of bytes of the text before any normalisation
  std::uint32_t end;
  friend bool operator==(const AlignedChar&, const AlignedChar&) = default;
};

// Both ends of the ranges never fall from one character to the next, whatever normalisation did.
using AlignedText = std::vector<AlignedChar>;

// The characters of valid UTF-8. `shift` is where `text` begins in the whole text, which must be shorter than 4 GiB.
AlignedText align(std::string_view text, std::uint32_t shift);

}  // namespace akidb::embedding::text
