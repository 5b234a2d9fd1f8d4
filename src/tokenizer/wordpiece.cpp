#include "tokenizer/wordpiece.hpp"

#include <algorithm>

namespace akidb::embedding::tokenizer {

WordPiece::WordPiece(const WordPieceParts& parts, const Vocabulary& vocabulary)
    : words_(vocabulary.words()),
      continuations_(vocabulary.size() / 2),
      max_chars_(parts.max_chars_per_word),
      unk_id_(vocabulary.id_of(parts.unk_token)) {
  words_.tokens().for_each([&](std::string_view token, std::uint32_t id) {
    if (token.size() > parts.prefix.size() && token.starts_with(parts.prefix)) {
      continuations_.insert(token.substr(parts.prefix.size()), id);
    }
  });
  continuations_.finish();
}

bool WordPiece::too_long(const char* word, std::size_t length) const noexcept {
  if (length <= max_chars_) return false;
  const auto begins_character = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; };
  return static_cast<std::uint64_t>(std::count_if(word, word + length, begins_character)) > max_chars_;
}

bool WordPiece::split(std::string_view word, std::vector<Piece>& pieces) const {
  const std::size_t first = pieces.size();
  if (too_long(word.data(), word.size())) return false;
  for (std::size_t at = 0; at < word.size();) {
    const PieceMatcher& matcher = at == 0 ? words_ : continuations_;
    const auto* piece = matcher.longest(word.data() + at, word.size() - at);
    if (piece == nullptr) {
      pieces.resize(first);
      return false;
    }
    at += piece->length;
    pieces.push_back({piece->id, static_cast<std::uint32_t>(at)});
  }
  return true;
}

std::uint32_t* WordPiece::split_ids(const char* word, std::size_t length, std::uint32_t* out) const noexcept {
  if (too_long(word, length)) {
    *out = *unk_id_;
    return out + 1;
  }
  if (const auto* whole = words_.find(word, length)) {  // most words of most texts
    *out = whole->id;
    return out + 1;
  }
  std::uint32_t* const first = out;
  const auto* piece = words_.longest(word, length);
  while (piece != nullptr) {
    *out++ = piece->id;
    word += piece->length;
    length -= piece->length;
    if (length == 0) return out;
    piece = continuations_.longest(word, length);
  }
  *first = *unk_id_;
  return first + 1;
}

}  // namespace akidb::embedding::tokenizer
