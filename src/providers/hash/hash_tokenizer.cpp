#include "providers/hash/hash_tokenizer.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace akidb::embedding::providers {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n\f\v";

// FNV-1a (Fowler, Noll, Vo), 64 bits, folded onto the ids behind the special ones.
std::uint32_t id_of(std::string_view word) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char letter : word) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001B3U;
  return 2 + static_cast<std::uint32_t>((hash ^ (hash >> 32U)) % (HashTokenizer::kVocabSize - 2));
}

std::uint32_t count_chars(std::string_view text) {
  const auto is_lead = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80; };
  return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), is_lead));
}

Result<void> check_utf8(std::string_view text) {
  const auto invalid = base::find_invalid_utf8(text);
  if (!invalid) return {};
  return base::invalid_utf8_error(*invalid);
}

template <class Visit>
void for_each_word(std::string_view text, Visit visit) {
  std::size_t begin = text.find_first_not_of(kWhiteSpace);
  while (begin != std::string_view::npos) {
    const std::size_t end = std::min(text.size(), text.find_first_of(kWhiteSpace, begin));
    visit(begin, text.substr(begin, end - begin));
    begin = text.find_first_not_of(kWhiteSpace, end);
  }
}

void add_token(Encoding& encoding, std::uint32_t id, std::uint32_t type_id, std::string token) {
  encoding.ids.push_back(id);
  encoding.type_ids.push_back(type_id);
  encoding.tokens.push_back(std::move(token));
  encoding.byte_offsets.emplace_back();
  encoding.char_offsets.emplace_back();
  encoding.special_tokens_mask.push_back(id < 2 ? 1 : 0);
}

void add_words(Encoding& encoding, std::string_view text, std::uint32_t type_id) {
  for_each_word(text, [&](std::size_t begin, std::string_view word) {
    add_token(encoding, id_of(word), type_id, std::string(word));
    const auto first = static_cast<std::uint32_t>(begin);
    encoding.byte_offsets.back() = {first, first + static_cast<std::uint32_t>(word.size())};
    const auto first_char = count_chars(text.substr(0, begin));
    encoding.char_offsets.back() = {first_char, first_char + count_chars(word)};
  });
}

}  // namespace

Result<void> HashTokenizer::encode_ids(std::string_view text, bool add_special_tokens,
                                       std::vector<std::uint32_t>& ids) const {
  ids.clear();
  if (auto valid = check_utf8(text); !valid) return valid;
  if (add_special_tokens) ids.push_back(kSpecial[0]);
  for_each_word(text, [&](std::size_t, std::string_view word) { ids.push_back(id_of(word)); });
  if (add_special_tokens) ids.push_back(kSpecial[1]);
  return {};
}

Result<Encoding> HashTokenizer::encode(std::string_view text, std::optional<std::string_view> pair,
                                       const EncodeOptions& options) const {
  if (options.truncation || options.padding) {
    return Error{ErrorCode::unsupported, "the hash provider's tokenizer neither truncates nor pads", {}, {}};
  }
  if (auto valid = check_utf8(text); !valid) return valid.error();
  if (auto valid = check_utf8(pair.value_or("")); !valid) return valid.error();
  Encoding encoding;
  if (options.add_special_tokens) add_token(encoding, kSpecial[0], 0, "[CLS]");
  add_words(encoding, text, 0);
  if (options.add_special_tokens) add_token(encoding, kSpecial[1], 0, "[SEP]");
  if (pair) {
    add_words(encoding, *pair, 1);
    if (options.add_special_tokens) add_token(encoding, kSpecial[1], 1, "[SEP]");
  }
  return encoding;
}

Result<std::string> HashTokenizer::decode(std::span<const std::uint32_t> ids, bool skip_special_tokens) const {
  std::string text;
  for (const auto id : ids) {
    if (skip_special_tokens && id < 2) continue;
    if (const auto token = id_to_token(id)) text += (text.empty() ? "" : " ") + *token;
  }
  return text;
}

std::optional<std::uint32_t> HashTokenizer::token_to_id(std::string_view token) const {
  if (token == "[CLS]") return kSpecial[0];
  if (token == "[SEP]") return kSpecial[1];
  return id_of(token);
}

std::optional<std::string> HashTokenizer::id_to_token(std::uint32_t id) const {
  if (id >= kVocabSize) return std::nullopt;
  if (id == kSpecial[0]) return "[CLS]";
  if (id == kSpecial[1]) return "[SEP]";
  return "#" + std::to_string(id);
}

}  // namespace akidb::embedding::providers
