#include <string>

#include "tokenizer/json_parts.hpp"

namespace akidb::embedding::tokenizer {
namespace {

using base::JsonValue;

Result<BertNormalizer> read_bert_normalizer(const JsonValue& normalizer) {
  BertNormalizer bert;
  const auto read = [&normalizer](std::string_view key, bool& value) -> Result<void> {
    const auto member = normalizer.at(key);
    if (!member) return member.error();
    const auto flag = member->as_bool();
    if (!flag) return flag.error();
    value = *flag;
    return {};
  };
  if (auto outcome = read("clean_text", bert.clean_text); !outcome) return outcome.error();
  if (auto outcome = read("handle_chinese_chars", bert.handle_chinese_chars); !outcome) return outcome.error();
  if (auto outcome = read("lowercase", bert.lowercase); !outcome) return outcome.error();
  const auto strip_accents = normalizer.bool_or("strip_accents", bert.lowercase);
  if (!strip_accents) return strip_accents.error();
  bert.strip_accents = *strip_accents;
  return bert;
}

Result<void> read_strip(const JsonValue& normalizer, std::vector<NormalizerStep>& steps) {
  const auto left = normalizer.bool_or("strip_left", true);
  if (!left) return left.error();
  const auto right = normalizer.bool_or("strip_right", true);
  if (!right) return right.error();
  if (*left) steps.push_back(NormalizerStep::strip_left);
  if (*right) steps.push_back(NormalizerStep::strip_right);
  return {};
}

Result<std::string_view> type_of(const JsonValue& part) {
  const auto type = part.at("type");
  if (!type) return type.error();
  return type->as_string();
}

}  // namespace

void append_steps(const BertNormalizer& normalizer, std::vector<NormalizerStep>& steps) {
  if (normalizer.clean_text) steps.push_back(NormalizerStep::clean_text);
  if (normalizer.handle_chinese_chars) steps.push_back(NormalizerStep::pad_chinese);
  if (normalizer.strip_accents.value_or(normalizer.lowercase)) {
    steps.push_back(NormalizerStep::nfd);
    steps.push_back(NormalizerStep::strip_nonspacing);
  }
  if (normalizer.lowercase) steps.push_back(NormalizerStep::lowercase);
}

Result<void> read_normalizer(const JsonValue& normalizer, std::vector<NormalizerStep>& steps) {
  const auto type = type_of(normalizer);
  if (!type) return type.error();
  if (*type == "BertNormalizer") {
    const auto bert = read_bert_normalizer(normalizer);
    if (!bert) return bert.error();
    append_steps(*bert, steps);
    return {};
  }
  if (*type == "Strip") return read_strip(normalizer, steps);
  if (*type == "Sequence") {
    const auto list = normalizer.at("normalizers");
    if (!list) return list.error();
    return list->for_each_element(
        [&steps](std::size_t, const JsonValue& element) { return read_normalizer(element, steps); });
  }
  if (*type == "Lowercase") {
    steps.push_back(NormalizerStep::lowercase);
  } else if (*type == "NFD") {
    steps.push_back(NormalizerStep::nfd);
  } else if (*type == "StripAccents") {
    steps.push_back(NormalizerStep::strip_combining);
  } else {
    return normalizer.unsupported("the normalizer \"" + std::string(*type) +
                                  "\" is not one of BertNormalizer, Lowercase, NFD, StripAccents, Strip, Sequence");
  }
  return {};
}

Result<void> read_pre_tokenizer(const JsonValue& pre_tokenizer, std::vector<PreTokenizerStep>& steps) {
  const auto type = type_of(pre_tokenizer);
  if (!type) return type.error();
  if (*type == "Sequence") {
    const auto list = pre_tokenizer.at("pretokenizers");
    if (!list) return list.error();
    return list->for_each_element(
        [&steps](std::size_t, const JsonValue& element) { return read_pre_tokenizer(element, steps); });
  }
  if (*type == "Punctuation") {
    const auto behavior = pre_tokenizer.string_or("behavior", "Isolated");
    if (!behavior) return behavior.error();
    if (*behavior != "Isolated") {
      return pre_tokenizer.unsupported("the behavior \"" + *behavior + "\" of Punctuation is not Isolated");
    }
    steps.push_back(PreTokenizerStep::isolate_punctuation);
    return {};
  }
  if (*type != "BertPreTokenizer" && *type != "WhitespaceSplit") {
    return pre_tokenizer.unsupported("the pre-tokenizer \"" + std::string(*type) +
                                     "\" is not one of BertPreTokenizer, WhitespaceSplit, Punctuation, Sequence");
  }
  steps.push_back(PreTokenizerStep::split_whitespace);
  if (*type == "BertPreTokenizer") steps.push_back(PreTokenizerStep::isolate_punctuation);
  return {};
}

}  // namespace akidb::embedding::tokenizer
