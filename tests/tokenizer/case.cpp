#include "case.hpp"

#include <cstdio>
#include <vector>

#include "base/json.hpp"
#include "tokenizer/json_parts.hpp"

namespace akidb::embedding::test {
namespace {

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_json(std::string& out, std::uint32_t number) { out += std::to_string(number); }
void append_json(std::string& out, std::uint8_t number) { out += std::to_string(number); }
void append_json(std::string& out, Offset offset) {
  out += '[' + std::to_string(offset.begin) + ',' + std::to_string(offset.end) + ']';
}

template <class T>
void append_member(std::string& out, std::string_view key, const std::vector<T>& values) {
  out.append("\"").append(key).append("\":[");
  bool first = true;
  for (const auto& value : values) {
    if (!first) out += ',';
    first = false;
    append_json(out, value);
  }
  out += "],";
}

void append_encoding(std::string& out, const Encoding& encoding) {
  out += '{';
  append_member(out, "ids", encoding.ids);
  append_member(out, "type_ids", encoding.type_ids);
  append_member(out, "tokens", encoding.tokens);
  append_member(out, "offsets", encoding.char_offsets);
  append_member(out, "mask", encoding.special_tokens_mask);
  if (!encoding.overflowing.empty()) {
    out += "\"overflowing\":[";
    for (const auto& window : encoding.overflowing) {
      if (out.back() != '[') out += ',';
      append_encoding(out, window);
    }
    out += "],";
  }
  out.back() = '}';
}

std::string error_answer(std::string_view message) {
  std::string out = "{\"error\":";
  append_json(out, message);
  return out + '}';
}

std::uint32_t count_characters(std::string_view text) {
  std::uint32_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

// Whether the byte offsets stand at the same characters as the others.
bool offsets_agree(const Case& one, const Encoding& encoding) {
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    const Offset bytes = encoding.byte_offsets[i];
    const Offset chars = encoding.char_offsets[i];
    const bool of_pair = one.pair && encoding.type_ids[i] == 1;
    const std::string_view text = of_pair ? *one.pair : one.text;
    if (bytes.end > text.size() || count_characters(text.substr(0, bytes.begin)) != chars.begin ||
        count_characters(text.substr(0, bytes.end)) != chars.end) {
      return false;
    }
  }
  return true;
}

bool is_plain(const Case& one) { return !one.pair && !one.options.truncation && !one.options.padding; }

}  // namespace

Result<Case> read_case(std::string_view line) {
  const auto document = base::JsonDocument::parse(line, "case");
  if (!document) return document.error();
  const base::JsonValue root = document->root();
  Case one;
  const auto text = root.string_or("text", "");
  if (!text) return text.error();
  one.text = *text;
  if (const auto pair = root.find("pair")) {
    const auto second = pair->as_string();
    if (!second) return second.error();
    one.pair = *second;
  }
  const auto special = root.bool_or("add_special_tokens", true);
  if (!special) return special.error();
  one.options.add_special_tokens = *special;
  if (const auto value = root.find("truncation")) {
    const auto truncation = tokenizer::read_truncation(*value);
    if (!truncation) return truncation.error();
    one.options.truncation = *truncation;
  }
  if (const auto value = root.find("padding")) {
    const auto padding = tokenizer::read_padding(*value);
    if (!padding) return padding.error();
    one.options.padding = *padding;
  }
  return one;
}

std::string answer(const Tokenizer& tokenizer, const Case& one) {
  const auto pair = one.pair ? std::optional<std::string_view>(*one.pair) : std::nullopt;
  const auto encoding = tokenizer.encode(one.text, pair, one.options);
  if (!encoding) return error_answer(encoding.error().message);
  if (is_plain(one)) {
    std::vector<std::uint32_t> ids;
    const auto outcome = tokenizer.encode_ids(one.text, one.options.add_special_tokens, ids);
    if (!outcome) return error_answer("encode_ids: " + outcome.error().message);
    if (ids != encoding->ids) return error_answer("encode_ids gives other ids than encode");
    if (!offsets_agree(one, *encoding)) return error_answer("byte offsets differ from character offsets");
  }
  std::string out;
  append_encoding(out, *encoding);
  const auto decoded = tokenizer.decode(encoding->ids, true);
  if (!decoded) return error_answer("decode: " + decoded.error().message);
  out.back() = ',';
  out += "\"decoded\":";
  append_json(out, *decoded);
  return out + '}';
}

}  // namespace akidb::embedding::test
