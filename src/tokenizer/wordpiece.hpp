// The WordPiece model: a word into the longest tokens that make it up.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tokenizer/parts.hpp"
#include "tokenizer/piece_matcher.hpp"
#include "tokenizer/vocabulary.hpp"

namespace akidb::embedding::tokenizer {

// Immutable after construction; const functions are thread-safe. The vocabulary must outlive it.
class WordPiece {
 public:
  struct Piece {
    std::uint32_t id;
    std::uint32_t end;  // in bytes of the word; a piece begins where the one before it ends
  };

  WordPiece(const WordPieceParts& parts, const Vocabulary& vocabulary);

  // Appends the pieces of a word of valid UTF-8. False where it cannot be made of tokens, or has too many characters:
  // it is then one unknown token, and nothing was appended. kWordPadding bytes must be readable behind the word.
  bool split(std::string_view word, std::vector<Piece>& pieces) const;

  // The same, ids only, to `out`, which must have room for as many ids as the word has bytes. Returns the end of what
  // was written; an unknown word is unk_id(), which must be there.
  std::uint32_t* split_ids(const char* word, std::size_t length, std::uint32_t* out) const noexcept;

  // Nothing where the vocabulary lacks the unknown token: then no unknown word can be encoded.
  [[nodiscard]] std::optional<std::uint32_t> unk_id() const noexcept { return unk_id_; }

 private:
  [[nodiscard]] bool too_long(const char* word, std::size_t length) const noexcept;

  const PieceMatcher& words_;   // pieces at the beginning of a word
  PieceMatcher continuations_;  // pieces further on, without their prefix
  std::uint64_t max_chars_;
  std::optional<std::uint32_t> unk_id_;
};

}  // namespace akidb::embedding::tokenizer
