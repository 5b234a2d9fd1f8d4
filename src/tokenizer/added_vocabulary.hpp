// Added tokens: their ids, and how they are cut out of a text before and after normalisation.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tokenizer/added_token_finder.hpp"
#include "tokenizer/parts.hpp"
#include "tokenizer/vocabulary.hpp"

namespace akidb::embedding::tokenizer {

// Immutable after construction; const functions are thread-safe.
class AddedVocabulary {
 public:
  // Gives ids as the reference does: the vocabulary's where it has the token, else the next free one; what a file
  // says about ids does not count. Tokens with `normalized` are looked for in their normalised form; one that
  // normalisation leaves nothing of is never found.
  AddedVocabulary(const TokenizerParts& parts, const Vocabulary& vocabulary);

  AddedVocabulary(AddedVocabulary&&) = delete;  // the finders point into tokens_

  // Tokens that the vocabulary lacks.
  [[nodiscard]] std::size_t new_tokens() const noexcept { return new_tokens_; }
  [[nodiscard]] std::optional<std::uint32_t> id_of(std::string_view content) const;
  // What decoding sees: the normalised form of a token that is looked for in that.
  [[nodiscard]] const std::string* token_of(std::uint32_t id) const;
  [[nodiscard]] bool is_special(std::string_view token) const { return special_.contains(std::string(token)); }

  [[nodiscard]] const AddedTokenFinder& before_normalization() const noexcept { return *raw_; }
  [[nodiscard]] const AddedTokenFinder& after_normalization() const noexcept { return *normalized_; }

 private:
  struct Entry {
    AddedToken token;
    std::string seen_as;  // content, normalised where the token is
  };
  void add(const AddedToken& token, std::uint32_t id, const std::vector<NormalizerStep>& normalizer);

  std::unordered_map<std::uint32_t, Entry> tokens_;  // by id; its nodes never move
  std::unordered_map<std::string, std::uint32_t> ids_;
  std::unordered_set<std::string> special_;
  std::optional<AddedTokenFinder> raw_;
  std::optional<AddedTokenFinder> normalized_;
  std::size_t new_tokens_ = 0;
};

}  // namespace akidb::embedding::tokenizer
