// The longest token at a place in a word.
#pragma once

#include <cstdint>
#include <vector>

#include "tokenizer/token_table.hpp"

namespace akidb::embedding::tokenizer {

// A set of tokens with an index over their first bytes, which says what lengths are worth a look. One question costs
// at most as many looks as there are lengths of tokens with that beginning, however long the word is.
// Immutable after finish(); const functions are thread-safe.
class PieceMatcher {
 public:
  explicit PieceMatcher(std::size_t tokens);

  void insert(std::string_view token, std::uint32_t id) { tokens_.insert(token, id); }
  [[nodiscard]] const TokenTable& tokens() const noexcept { return tokens_; }
  // Builds the index; to be called once, after the last insert().
  void finish();

  // The whole of a word, or nothing. Here and below kWordPadding bytes must be readable behind the word.
  [[nodiscard]] const TokenTable::Slot* find(const char* at, std::size_t length) const noexcept {
    return tokens_.find_in_word(at, length);
  }

  // The longest token that is a prefix of the `length` > 0 bytes at `at`; null where there is none.
  [[nodiscard]] const TokenTable::Slot* longest(const char* at, std::size_t length) const noexcept;

 private:
  // Tokens of this many bytes and more are found by their first kIndexed bytes, shorter ones by their first byte.
  static constexpr std::size_t kIndexed = 4;
  // The last bit of a set of lengths stands for all from here on; those are in long_lengths_.
  static constexpr unsigned kLongLength = 63;

  [[nodiscard]] std::size_t bucket_of(const char* at) const noexcept {
    std::uint32_t first;
    std::memcpy(&first, at, sizeof first);
    return static_cast<std::size_t>(first * 0x9E3779B97F4A7C15 >> shift_);
  }
  [[nodiscard]] const TokenTable::Slot* longest_long(const char* at, std::size_t length) const noexcept;

  TokenTable tokens_;
  std::vector<std::uint64_t> lengths_;       // by bucket: bit i is set where a token of i bytes begins so
  std::uint8_t short_lengths_[256] = {};     // by first byte: the same for tokens of less than kIndexed bytes
  std::vector<std::uint32_t> long_lengths_;  // of tokens of kLongLength bytes and more, longest first
  unsigned shift_ = 63;
};

}  // namespace akidb::embedding::tokenizer
