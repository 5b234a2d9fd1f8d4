// What a tokenizer file says, as plain data: the keys of tokenizer.json, whichever file they were read from.
#pragma once

#include <akidb/embedding/tokenizer.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace akidb::embedding::tokenizer {

// One step over the whole text; a BertNormalizer is up to five of them.
enum class NormalizerStep : std::uint8_t {
  clean_text,        // drops control characters, makes white space U+0020
  pad_chinese,       // puts a space on both sides of each CJK ideograph
  nfd,               // canonical decomposition
  strip_nonspacing,  // drops marks of category Mn, as BertNormalizer does
  strip_combining,   // drops marks of category M, as the normalizer StripAccents does
  lowercase,         // per code point
  strip_left,        // white space at the beginning
  strip_right,       // white space at the end
};

// One pass over all pieces that the passes before left.
enum class PreTokenizerStep : std::uint8_t {
  split_whitespace,     // white space separates, and is dropped
  isolate_punctuation,  // each punctuation character is a piece of its own
};

struct WordPieceParts {
  // In the order of the file. Of equal tokens the last one counts, as in the reference.
  std::vector<std::pair<std::string, std::uint32_t>> vocab;
  std::string unk_token = "[UNK]";
  std::string prefix = "##";  // of a piece that continues a word
  std::uint64_t max_chars_per_word = 100;
};

struct AddedToken {
  std::uint32_t id = 0;  // given by the order and the vocabulary, whatever the file says
  std::string content;
  bool single_word = false;
  bool lstrip = false;
  bool rstrip = false;
  bool normalized = true;
  bool special = false;
};

// A piece of a post-processor's template: one of the texts, or special tokens.
struct TemplatePiece {
  enum class Kind : std::uint8_t { first, second, special } kind = Kind::first;
  std::uint32_t type_id = 0;
  std::vector<std::uint32_t> ids;  // of a special piece; as many as tokens
  std::vector<std::string> tokens;
};

// Two templates: TemplateProcessing as it is written, BertProcessing and RobertaProcessing as what they come to.
struct PostProcessorParts {
  std::vector<TemplatePiece> single;
  std::vector<TemplatePiece> pair;
  bool trim_offsets = false;      // RobertaProcessing: white space at a token's ends is not part of its place
  bool one_type_id = false;       // RobertaProcessing: overflow, too, has type id 0 once it gets special tokens
  bool add_prefix_space = false;  // ... but one space before the first token is
};

struct WordPieceDecoder {
  std::string prefix = "##";
  bool cleanup = true;
};

struct TokenizerParts {
  std::vector<NormalizerStep> normalizer;
  std::vector<PreTokenizerStep> pre_tokenizer;
  WordPieceParts model;
  std::vector<AddedToken> added_tokens;
  PostProcessorParts post_processor;
  std::optional<WordPieceDecoder> decoder;
  std::optional<TruncationOptions> truncation;
  std::optional<PaddingOptions> padding;
};

}  // namespace akidb::embedding::tokenizer
