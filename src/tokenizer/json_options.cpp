// Truncation, padding and decoder of tokenizer.json.
#include <string>

#include "tokenizer/encoding.hpp"
#include "tokenizer/json_parts.hpp"

namespace akidb::embedding::tokenizer {
namespace {

using base::JsonKind;
using base::JsonValue;

Result<std::uint64_t> read_uint(const JsonValue& object, std::string_view key) {
  const auto member = object.at(key);
  if (!member) return member.error();
  return member->as_uint();
}

Result<TruncationSide> read_direction(const JsonValue& object) {
  const auto direction = object.string_or("direction", "Right");
  if (!direction) return direction.error();
  if (*direction == "Right") return TruncationSide::right;
  if (*direction == "Left") return TruncationSide::left;
  return object.corrupt("direction: expected Right or Left, found \"" + *direction + "\"");
}

Result<std::optional<std::size_t>> read_padding_strategy(const JsonValue& padding) {
  const auto strategy = padding.at("strategy");
  if (!strategy) return strategy.error();
  if (strategy->is(JsonKind::string)) {
    if (*strategy->as_string() == "BatchLongest") return std::optional<std::size_t>();
    return strategy->corrupt("expected BatchLongest or Fixed, found \"" + std::string(*strategy->as_string()) + "\"");
  }
  const auto length = read_uint(*strategy, "Fixed");
  if (!length) return length.error();
  if (*length > kMaxPaddedLength) {
    return strategy->corrupt("expected a length of at most " + std::to_string(kMaxPaddedLength));
  }
  return std::optional<std::size_t>(static_cast<std::size_t>(*length));
}

}  // namespace

Result<TruncationOptions> read_truncation(const JsonValue& truncation) {
  TruncationOptions options;
  const auto max_length = read_uint(truncation, "max_length");
  if (!max_length) return max_length.error();
  options.max_length = static_cast<std::size_t>(*max_length);
  const auto stride = read_uint(truncation, "stride");
  if (!stride) return stride.error();
  options.stride = static_cast<std::size_t>(*stride);
  const auto side = read_direction(truncation);
  if (!side) return side.error();
  options.side = *side;
  const auto strategy = truncation.string_or("strategy", "LongestFirst");
  if (!strategy) return strategy.error();
  if (*strategy == "OnlyFirst") {
    options.strategy = TruncationStrategy::only_first;
  } else if (*strategy == "OnlySecond") {
    options.strategy = TruncationStrategy::only_second;
  } else if (*strategy != "LongestFirst") {
    return truncation.corrupt("strategy: expected LongestFirst, OnlyFirst or OnlySecond, found \"" + *strategy + "\"");
  }
  return options;
}

Result<PaddingOptions> read_padding(const JsonValue& padding) {
  PaddingOptions options;
  const auto fixed_length = read_padding_strategy(padding);
  if (!fixed_length) return fixed_length.error();
  options.fixed_length = *fixed_length;
  const auto side = read_direction(padding);
  if (!side) return side.error();
  options.side = *side;
  const auto multiple = padding.uint_or("pad_to_multiple_of", 0);
  if (!multiple) return multiple.error();
  options.pad_to_multiple_of = static_cast<std::size_t>(*multiple);
  for (const auto& [key, id] : {std::pair{"pad_id", &options.pad_id}, std::pair{"pad_type_id", &options.pad_type_id}}) {
    const auto member = padding.at(key);
    if (!member) return member.error();
    const auto value = read_id(*member);
    if (!value) return value.error();
    *id = *value;
  }
  const auto token = padding.string_or("pad_token", options.pad_token);
  if (!token) return token.error();
  options.pad_token = *token;
  return options;
}

Result<WordPieceDecoder> read_decoder(const JsonValue& decoder) {
  const auto type = decoder.at("type");
  if (!type) return type.error();
  const auto name = type->as_string();
  if (!name) return name.error();
  if (*name != "WordPiece") return decoder.unsupported("the decoder \"" + std::string(*name) + "\" is not WordPiece");
  WordPieceDecoder parts;
  const auto prefix = decoder.string_or("prefix", parts.prefix);
  if (!prefix) return prefix.error();
  parts.prefix = *prefix;
  const auto cleanup = decoder.bool_or("cleanup", parts.cleanup);
  if (!cleanup) return cleanup.error();
  parts.cleanup = *cleanup;
  return parts;
}

}  // namespace akidb::embedding::tokenizer
