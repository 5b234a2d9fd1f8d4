// The generated tables behind text/unicode.hpp. Each property is a table in two stages:
// value(c) = values[blocks[c >> kBlockBits] << kBlockBits | c & (kBlockSize - 1)].
#pragma once

#include <cstdint>

namespace akidb::embedding::text::tables {

inline constexpr unsigned kBlockBits = 7;
inline constexpr unsigned kBlockSize = 1U << kBlockBits;

extern const std::uint8_t kPropertyBlocks[];
extern const std::uint16_t kPropertyValues[];

// Places in a pool, where a count stands before that many code points; 0 where a code point stays as it is.
extern const std::uint8_t kDecompositionBlocks[];
extern const std::uint16_t kDecompositionValues[];
extern const char32_t kDecompositionPool[];
extern const std::uint8_t kLowerBlocks[];
extern const std::uint16_t kLowerValues[];
extern const char32_t kLowerPool[];

extern const std::uint8_t kCombiningBlocks[];
extern const std::uint8_t kCombiningValues[];

}  // namespace akidb::embedding::text::tables
