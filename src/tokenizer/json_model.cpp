// The model and the added tokens of tokenizer.json.
#include <limits>
#include <string>
#include <utility>

#include "tokenizer/json_parts.hpp"

namespace akidb::embedding::tokenizer {
namespace {

using base::JsonKind;
using base::JsonValue;

Result<std::string> read_text(const JsonValue& object, std::string_view key) {
  const auto member = object.at(key);
  if (!member) return member.error();
  const auto text = member->as_string();
  if (!text) return text.error();
  return std::string(*text);
}

// A model without a type is WordPiece, unless it has what only another model has.
Result<void> check_type(const JsonValue& model) {
  if (!model.is(JsonKind::object)) return model.corrupt("expected an object");
  const auto type = model.string_or("type", model.find("merges") ? "BPE" : "WordPiece");
  if (!type) return type.error();
  if (*type != "WordPiece") return model.unsupported("the model \"" + *type + "\" is not WordPiece");
  return {};
}

Result<AddedToken> read_added_token(const JsonValue& value) {
  AddedToken token;
  auto content = read_text(value, "content");
  if (!content) return content.error();
  token.content = std::move(*content);
  if (const auto id = value.find("id")) {
    if (const auto checked = read_id(*id); !checked) return checked.error();
  }
  const std::pair<std::string_view, bool*> flags[] = {
      {"special", &token.special}, {"single_word", &token.single_word}, {"lstrip", &token.lstrip},
      {"rstrip", &token.rstrip},   {"normalized", &token.normalized},
  };
  for (const auto& [key, flag] : flags) {
    const bool fallback = key == "normalized" && !token.special;
    const auto read = value.bool_or(key, fallback);
    if (!read) return read.error();
    *flag = *read;
  }
  return token;
}

}  // namespace

Result<std::uint32_t> read_id(const JsonValue& value) {
  const auto id = value.as_uint();
  if (!id) return id.error();
  if (*id > std::numeric_limits<std::uint32_t>::max()) return value.corrupt("expected a number below 2^32");
  return static_cast<std::uint32_t>(*id);
}

Result<WordPieceParts> read_model(const JsonValue& model) {
  if (auto checked = check_type(model); !checked) return checked.error();
  WordPieceParts parts;
  auto unk_token = read_text(model, "unk_token");
  if (!unk_token) return unk_token.error();
  parts.unk_token = std::move(*unk_token);
  auto prefix = read_text(model, "continuing_subword_prefix");
  if (!prefix) return prefix.error();
  parts.prefix = std::move(*prefix);
  const auto max_chars = model.at("max_input_chars_per_word");
  if (!max_chars) return max_chars.error();
  const auto number = max_chars->as_uint();
  if (!number) return number.error();
  parts.max_chars_per_word = *number;

  const auto vocab = model.at("vocab");
  if (!vocab) return vocab.error();
  parts.vocab.reserve(vocab->size());
  const auto outcome = vocab->for_each_member([&parts](std::string_view token, const JsonValue& value) -> Result<void> {
    const auto id = read_id(value);
    if (!id) return id.error();
    parts.vocab.emplace_back(token, *id);
    return {};
  });
  if (!outcome) return outcome.error();
  return parts;
}

Result<std::vector<AddedToken>> read_added_tokens(const JsonValue& tokens) {
  std::vector<AddedToken> read;
  read.reserve(tokens.size());
  const auto outcome = tokens.for_each_element([&read](std::size_t, const JsonValue& element) -> Result<void> {
    auto token = read_added_token(element);
    if (!token) return token.error();
    read.push_back(std::move(*token));
    return {};
  });
  if (!outcome) return outcome.error();
  return read;
}

}  // namespace akidb::embedding::tokenizer
