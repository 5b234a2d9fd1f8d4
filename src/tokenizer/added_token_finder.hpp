// Finding added tokens: whole tokens that are cut out of a text before the model sees the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/parts.hpp"
#include "tokenizer/piece_matcher.hpp"

namespace akidb::embedding::tokenizer {

// A part of a text, in bytes: an added token, or what stands between two of them. An added token with lstrip or
// rstrip takes the white space beside it along.
struct TextPart {
  std::size_t begin = 0;
  std::size_t end = 0;
  const AddedToken* token = nullptr;
};

// Finds the tokens of one set in a text: from left to right, at each place the longest. Immutable after construction;
// const functions are thread-safe. The added tokens must outlive it.
class AddedTokenFinder {
 public:
  struct Pattern {
    std::string text;  // what is looked for: the token's content, or that after normalisation; never empty
    const AddedToken* token = nullptr;
  };
  // Of equal patterns the first one counts.
  explicit AddedTokenFinder(const std::vector<Pattern>& patterns);

  [[nodiscard]] bool empty() const noexcept { return tokens_.empty(); }

  // The first place at or behind `from` where a token may begin; the text's size where there is none.
  [[nodiscard]] std::size_t first_candidate(std::string_view text, std::size_t from) const noexcept;

  // Cuts valid UTF-8 into parts, none of them empty. They cover the text, in its order; only a token that begins in
  // white space which the rstrip of the one before took along stands over that. Linear in the text.
  [[nodiscard]] std::vector<TextPart> cut(std::string_view text) const;

 private:
  PieceMatcher matcher_;  // to the place in tokens_
  std::vector<const AddedToken*> tokens_;
  std::string first_bytes_;
  bool begins_[256] = {};
};

}  // namespace akidb::embedding::tokenizer
