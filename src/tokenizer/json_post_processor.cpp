#include <map>
#include <string>
#include <utility>

#include "tokenizer/json_parts.hpp"

namespace akidb::embedding::tokenizer {
namespace {

using base::JsonKind;
using base::JsonValue;
using Kind = TemplatePiece::Kind;

struct SpecialTokens {
  std::vector<std::uint32_t> ids;
  std::vector<std::string> tokens;
};
using SpecialTokensByName = std::map<std::string, SpecialTokens, std::less<>>;

TemplatePiece text_piece(Kind kind, std::uint32_t type_id) { return {kind, type_id, {}, {}}; }
TemplatePiece special_piece(const NamedId& special, std::uint32_t type_id) {
  return {Kind::special, type_id, {special.id}, {special.token}};
}

Result<std::string> read_text(const JsonValue& object, std::string_view key) {
  const auto member = object.at(key);
  if (!member) return member.error();
  const auto text = member->as_string();
  if (!text) return text.error();
  return std::string(*text);
}

Result<std::uint32_t> read_id_at(const JsonValue& object, std::string_view key) {
  const auto member = object.at(key);
  if (!member) return member.error();
  return read_id(*member);
}

// [token, id]
Result<NamedId> read_pair(const JsonValue& processor, std::string_view key) {
  const auto pair = processor.at(key);
  if (!pair) return pair.error();
  if (!pair->is(JsonKind::array) || pair->size() != 2) return pair->corrupt("expected a token and its id");
  NamedId named;
  const auto outcome = pair->for_each_element([&named](std::size_t index, const JsonValue& element) -> Result<void> {
    if (index == 0) {
      const auto token = element.as_string();
      if (!token) return token.error();
      named.token = *token;
      return {};
    }
    const auto id = read_id(element);
    if (!id) return id.error();
    named.id = *id;
    return {};
  });
  if (!outcome) return outcome.error();
  return named;
}

Result<SpecialTokens> read_special_tokens(const JsonValue& special) {
  SpecialTokens read;
  const auto ids = special.at("ids");
  if (!ids) return ids.error();
  const auto tokens = special.at("tokens");
  if (!tokens) return tokens.error();
  auto outcome = ids->for_each_element([&read](std::size_t, const JsonValue& element) -> Result<void> {
    const auto id = read_id(element);
    if (!id) return id.error();
    read.ids.push_back(*id);
    return {};
  });
  if (!outcome) return outcome.error();
  outcome = tokens->for_each_element([&read](std::size_t, const JsonValue& element) -> Result<void> {
    const auto token = element.as_string();
    if (!token) return token.error();
    read.tokens.emplace_back(*token);
    return {};
  });
  if (!outcome) return outcome.error();
  if (read.ids.size() != read.tokens.size()) return special.corrupt("expected as many tokens as ids");
  return read;
}

Result<TemplatePiece> read_sequence_piece(const JsonValue& piece, bool has_second) {
  const auto id = read_text(piece, "id");
  if (!id) return id.error();
  if (*id != "A" && *id != "B") return piece.corrupt("expected the id \"A\" or \"B\", found \"" + *id + "\"");
  if (*id == "B" && !has_second) return piece.corrupt("the template of a single text has no sequence \"B\"");
  const auto type_id = read_id_at(piece, "type_id");
  if (!type_id) return type_id.error();
  return text_piece(*id == "A" ? Kind::first : Kind::second, *type_id);
}

Result<TemplatePiece> read_special_piece(const JsonValue& piece, const SpecialTokensByName& specials) {
  const auto id = read_text(piece, "id");
  if (!id) return id.error();
  const auto found = specials.find(*id);
  if (found == specials.end()) return piece.corrupt("\"" + *id + "\" is not among special_tokens");
  const auto type_id = read_id_at(piece, "type_id");
  if (!type_id) return type_id.error();
  return TemplatePiece{Kind::special, *type_id, found->second.ids, found->second.tokens};
}

Result<std::vector<TemplatePiece>> read_template(const JsonValue& processor, std::string_view key,
                                                 const SpecialTokensByName& specials) {
  const auto list = processor.at(key);
  if (!list) return list.error();
  std::vector<TemplatePiece> pieces;
  const auto outcome = list->for_each_element([&](std::size_t, const JsonValue& element) -> Result<void> {
    const auto sequence = element.find("Sequence");
    const auto special = element.find("SpecialToken");
    if (!sequence && !special) return element.corrupt("expected a Sequence or a SpecialToken");
    auto piece = sequence ? read_sequence_piece(*sequence, key == "pair") : read_special_piece(*special, specials);
    if (!piece) return piece.error();
    pieces.push_back(std::move(*piece));
    return {};
  });
  if (!outcome) return outcome.error();
  return pieces;
}

Result<PostProcessorParts> read_template_processing(const JsonValue& processor) {
  const auto list = processor.at("special_tokens");
  if (!list) return list.error();
  SpecialTokensByName specials;
  const auto outcome = list->for_each_member([&](std::string_view name, const JsonValue& value) -> Result<void> {
    auto special = read_special_tokens(value);
    if (!special) return special.error();
    specials[std::string(name)] = std::move(*special);
    return {};
  });
  if (!outcome) return outcome.error();
  auto single = read_template(processor, "single", specials);
  if (!single) return single.error();
  auto pair = read_template(processor, "pair", specials);
  if (!pair) return pair.error();
  PostProcessorParts parts;
  parts.single = std::move(*single);
  parts.pair = std::move(*pair);
  return parts;
}

Result<PostProcessorParts> read_bert_processing(const JsonValue& processor, bool roberta) {
  const auto sep = read_pair(processor, "sep");
  if (!sep) return sep.error();
  const auto cls = read_pair(processor, "cls");
  if (!cls) return cls.error();
  if (!roberta) return bert_post_processor(*cls, *sep);

  const auto trim_offsets = processor.bool_or("trim_offsets", true);
  if (!trim_offsets) return trim_offsets.error();
  const auto add_prefix_space = processor.bool_or("add_prefix_space", true);
  if (!add_prefix_space) return add_prefix_space.error();
  PostProcessorParts parts;
  parts.single = {special_piece(*cls, 0), text_piece(Kind::first, 0), special_piece(*sep, 0)};
  parts.pair = parts.single;
  parts.pair.insert(parts.pair.end(), {special_piece(*sep, 0), text_piece(Kind::second, 0), special_piece(*sep, 0)});
  parts.one_type_id = true;
  parts.trim_offsets = *trim_offsets;
  parts.add_prefix_space = *add_prefix_space;
  return parts;
}

Result<PostProcessorParts> read_sequence(const JsonValue& processor) {
  const auto list = processor.at("processors");
  if (!list) return list.error();
  if (!list->is(JsonKind::array)) return list->corrupt("expected an array");
  if (list->size() != 1) return list->unsupported("a Sequence of more or less than one post-processor");
  PostProcessorParts parts;
  const auto outcome = list->for_each_element([&parts](std::size_t, const JsonValue& element) -> Result<void> {
    auto only = read_post_processor(element);
    if (!only) return only.error();
    parts = std::move(*only);
    return {};
  });
  if (!outcome) return outcome.error();
  return parts;
}

}  // namespace

PostProcessorParts plain_post_processor() {
  PostProcessorParts parts;
  parts.single = {text_piece(Kind::first, 0)};
  parts.pair = {text_piece(Kind::first, 0), text_piece(Kind::second, 1)};
  return parts;
}

PostProcessorParts bert_post_processor(const NamedId& cls, const NamedId& sep) {
  PostProcessorParts parts;
  parts.single = {special_piece(cls, 0), text_piece(Kind::first, 0), special_piece(sep, 0)};
  parts.pair = parts.single;
  parts.pair.insert(parts.pair.end(), {text_piece(Kind::second, 1), special_piece(sep, 1)});
  return parts;
}

Result<PostProcessorParts> read_post_processor(const JsonValue& processor) {
  const auto type = processor.string_or("type", processor.find("sep")      ? "BertProcessing"
                                                : processor.find("single") ? "TemplateProcessing"
                                                                           : "");
  if (!type) return type.error();
  if (!processor.is(JsonKind::object)) return processor.corrupt("expected an object");
  if (*type == "BertProcessing") return read_bert_processing(processor, processor.find("trim_offsets").has_value());
  if (*type == "RobertaProcessing") return read_bert_processing(processor, true);
  if (*type == "TemplateProcessing") return read_template_processing(processor);
  if (*type == "Sequence") return read_sequence(processor);
  if (type->empty()) return processor.corrupt("\"type\" is missing");
  return processor.unsupported("the post-processor \"" + *type +
                               "\" is not one of BertProcessing, RobertaProcessing, TemplateProcessing, Sequence");
}

}  // namespace akidb::embedding::tokenizer
