// One text into tokens with their places: everything before the post-processor. This is the plain path; see
// tokenizer/id_encoder.hpp for the fast one.
#pragma once

#include <akidb/embedding/result.hpp>
#include <akidb/embedding/tokenizer.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "tokenizer/added_vocabulary.hpp"
#include "tokenizer/parts.hpp"
#include "tokenizer/wordpiece.hpp"

namespace akidb::embedding::tokenizer {

// Thread-safe. What it refers to must outlive it.
class TextEncoder {
 public:
  TextEncoder(const TokenizerParts& parts, const AddedVocabulary& added, const WordPiece& model)
      : parts_(parts), added_(added), model_(model) {}

  // Valid UTF-8 of less than 4 GiB. data_corrupt where a word is unknown and the vocabulary has no unknown token.
  [[nodiscard]] Result<Encoding> encode(std::string_view text, std::uint32_t type_id) const;

  // Ids only, appended.
  [[nodiscard]] Result<void> encode_ids(std::string_view text, std::vector<std::uint32_t>& ids) const;

 private:
  const TokenizerParts& parts_;
  const AddedVocabulary& added_;
  const WordPiece& model_;
};

// The error of a word that cannot be encoded.
Error missing_unk_token(const std::string& unk_token);

}  // namespace akidb::embedding::tokenizer
