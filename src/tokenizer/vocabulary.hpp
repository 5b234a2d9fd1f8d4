// The vocabulary: tokens to ids and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/piece_matcher.hpp"

namespace akidb::embedding::tokenizer {

// Immutable after construction; const functions are thread-safe.
class Vocabulary {
 public:
  // Of equal tokens the last one counts. Of tokens with one id, which of them is the id's token is not said.
  explicit Vocabulary(const std::vector<std::pair<std::string, std::uint32_t>>& tokens);

  Vocabulary(Vocabulary&&) = delete;  // the tokens by id point into words_

  [[nodiscard]] std::size_t size() const noexcept { return words_.tokens().size(); }
  [[nodiscard]] std::optional<std::uint32_t> id_of(std::string_view token) const { return words_.tokens().find(token); }
  [[nodiscard]] std::optional<std::string_view> token_of(std::uint32_t id) const;

  // All tokens, to be found at the beginning of a word.
  [[nodiscard]] const PieceMatcher& words() const noexcept { return words_; }

 private:
  PieceMatcher words_;
  std::vector<std::string_view> by_id_;  // by id where most ids are used: no data() where one is not
  std::vector<std::pair<std::uint32_t, std::string_view>> sorted_;  // by id, where few are
};

}  // namespace akidb::embedding::tokenizer
