// Operations on whole encodings: cutting, joining, padding. They follow the reference in what becomes of overflow.
#pragma once

#include <akidb/embedding/tokenizer.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace akidb::embedding::tokenizer {

struct SpecialToken {
  std::uint32_t id;
  std::uint32_t type_id;
  const std::string& token;
};

// One more token without a place in a text.
void append_special(Encoding& encoding, const SpecialToken& special);

// Tokens [begin, end), without overflow.
Encoding slice(const Encoding& encoding, std::size_t begin, std::size_t end);

// Appends `next` to `encoding`. The overflow of the result is every window of the one with every window of the other,
// the pair of both main windows left out. resource_exhausted where that would be more than kMaxOverflowTokens tokens.
Result<void> append(Encoding& encoding, const Encoding& next);

inline constexpr std::size_t kMaxOverflowTokens = std::size_t{1} << 26;
inline constexpr std::size_t kMaxPaddedLength = std::size_t{1} << 24;

// Cuts to `max_length` tokens; the rest goes to `overflowing` in windows that overlap by `stride`, which must be
// smaller than `max_length` unless that is 0: then everything is overflow.
void truncate(Encoding& encoding, std::size_t max_length, const TruncationOptions& options);

// Cuts a text, or a text and its pair, to options.max_length tokens together; that is without the special tokens which
// come later. invalid_argument where the strategy cannot do it.
Result<void> truncate_pair(Encoding& first, std::optional<Encoding>& second, const TruncationOptions& options);

// Fills up to the length that the options ask for, overflow included. invalid_argument where that is more than
// kMaxPaddedLength.
Result<void> pad(Encoding& encoding, const PaddingOptions& options);

}  // namespace akidb::embedding::tokenizer
