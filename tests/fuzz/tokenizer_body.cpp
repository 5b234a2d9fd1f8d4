#include "tokenizer_body.hpp"

#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "tokenizer/bert_tokenizer.hpp"
#include "tokenizer/tokenizer_file.hpp"

namespace akidb::embedding::fuzz {
namespace {

bool on_character(std::string_view text, std::uint32_t at) {
  return at == text.size() || (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80);
}

bool same_lengths(const Encoding& encoding) {
  const std::size_t size = encoding.ids.size();
  return encoding.type_ids.size() == size && encoding.tokens.size() == size && encoding.byte_offsets.size() == size &&
         encoding.char_offsets.size() == size && encoding.special_tokens_mask.size() == size;
}

}  // namespace

std::string tokenize_any_text(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<std::uint32_t> ids;
  const auto fast = tokenizer.encode_ids(text, true, ids);
  const auto plain = tokenizer.encode(text, std::nullopt, {});
  if (base::find_invalid_utf8(text)) {
    const bool both = !fast && !plain && fast.error().code == ErrorCode::invalid_argument &&
                      plain.error().code == ErrorCode::invalid_argument;
    return both ? "" : "invalid UTF-8 was taken";
  }
  if (fast.has_value() != plain.has_value()) return "one path fails, the other does not";
  if (!plain) return plain.error().code == ErrorCode::data_corrupt ? "" : to_string(plain.error());
  if (!same_lengths(*plain)) return "the vectors of an encoding differ in length";
  if (ids != plain->ids) return "the fast path gives other ids";
  for (const Offset place : plain->byte_offsets) {
    if (place.begin > place.end || !on_character(text, place.begin) || !on_character(text, place.end)) {
      return "a place is not in the text";
    }
  }
  if (!tokenizer.decode(ids, true)) return "its own ids cannot be decoded";
  EncodeOptions options;
  options.truncation = TruncationOptions{.max_length = 7, .stride = 2};
  options.padding = PaddingOptions{};
  const auto cut = tokenizer.encode(text, text, options);
  if (cut && !same_lengths(*cut)) return "the vectors of a cut encoding differ in length";
  return "";
}

std::string load_any_tokenizer(std::string_view file) {
  auto parts = tokenizer::parse_tokenizer_json(file, "tokenizer.json");
  if (!parts) {
    const Error& error = parts.error();
    const bool known = error.code == ErrorCode::data_corrupt || error.code == ErrorCode::unsupported ||
                       error.code == ErrorCode::resource_exhausted;
    return known && error.message.starts_with("tokenizer.json: ") ? "" : to_string(error);
  }
  const auto tokenizer = tokenizer::make_bert_tokenizer(std::move(*parts));
  return tokenize_any_text(*tokenizer, "Some text: caf\u00e9 \u4e2d\u6587 [SEP] x\u0301y.");
}

}  // namespace akidb::embedding::fuzz
