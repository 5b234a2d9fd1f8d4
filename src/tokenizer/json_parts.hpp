// The parts of tokenizer.json, one reader each. Errors name the file and the field: data_corrupt where something is
// malformed, unsupported where it names a part that this library does not have.
//
//   tokenizer     = { "version"?: "1.0", "truncation"?, "padding"?, "added_tokens"?: [added], "normalizer"?,
//                     "pre_tokenizer"?, "post_processor"?, "decoder"?, "model", ... }      null is as good as absent
//   truncation    = { "max_length", "stride", "strategy": "LongestFirst" | "OnlyFirst" | "OnlySecond",
//                     "direction"?: "Right" | "Left" }
//   padding       = { "strategy": "BatchLongest" | { "Fixed": length }, "direction": "Right" | "Left", "pad_id",
//                     "pad_to_multiple_of"?, "pad_type_id", "pad_token" }
//   added         = { "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special" }
//   normalizer    = { "type": "BertNormalizer", "clean_text", "handle_chinese_chars", "strip_accents"?, "lowercase" }
//                 | { "type": "Lowercase" | "NFD" | "StripAccents" } | { "type": "Strip", "strip_left", "strip_right" }
//                 | { "type": "Sequence", "normalizers": [normalizer] }
//   pre_tokenizer = { "type": "BertPreTokenizer" | "WhitespaceSplit" } | { "type": "Punctuation", "behavior"?:
//   "Isolated" }
//                 | { "type": "Sequence", "pretokenizers": [pre_tokenizer] }
//   processor     = { "type"?: "BertProcessing", "sep": [token, id], "cls": [token, id] }
//                 | { "type"?: "RobertaProcessing", "sep", "cls", "trim_offsets", "add_prefix_space" }
//                 | { "type"?: "TemplateProcessing", "single": [piece], "pair": [piece], "special_tokens": { id:
//                 special } } | { "type": "Sequence", "processors": [processor] } exactly one
//   piece         = { "Sequence": { "id": "A" | "B", "type_id" } } | { "SpecialToken": { "id", "type_id" } }
//   special       = { "id", "ids": [id], "tokens": [token] }
//   decoder       = { "type": "WordPiece", "prefix", "cleanup" }
//   model         = { "type"?: "WordPiece", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word",
//                     "vocab": { token: id } }
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <vector>

#include "base/json.hpp"
#include "tokenizer/parts.hpp"

namespace akidb::embedding::tokenizer {

Result<WordPieceParts> read_model(const base::JsonValue& model);
Result<std::vector<AddedToken>> read_added_tokens(const base::JsonValue& tokens);

// Both append to `steps`.
Result<void> read_normalizer(const base::JsonValue& normalizer, std::vector<NormalizerStep>& steps);
Result<void> read_pre_tokenizer(const base::JsonValue& pre_tokenizer, std::vector<PreTokenizerStep>& steps);

Result<PostProcessorParts> read_post_processor(const base::JsonValue& processor);
Result<WordPieceDecoder> read_decoder(const base::JsonValue& decoder);
Result<TruncationOptions> read_truncation(const base::JsonValue& truncation);
Result<PaddingOptions> read_padding(const base::JsonValue& padding);

// A number that fits a token id.
Result<std::uint32_t> read_id(const base::JsonValue& value);

// A post-processor that leaves a text, and a text and its pair, as they are.
PostProcessorParts plain_post_processor();
// [CLS] A [SEP], and [CLS] A [SEP] B [SEP] with type id 1 from B on.
struct NamedId {
  std::string token;
  std::uint32_t id = 0;
};
PostProcessorParts bert_post_processor(const NamedId& cls, const NamedId& sep);

// The steps of a BertNormalizer.
struct BertNormalizer {
  bool clean_text = true;
  bool handle_chinese_chars = true;
  std::optional<bool> strip_accents;  // unset: as lowercase
  bool lowercase = true;
};
void append_steps(const BertNormalizer& normalizer, std::vector<NormalizerStep>& steps);

}  // namespace akidb::embedding::tokenizer
