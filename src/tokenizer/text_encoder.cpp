#include "tokenizer/text_encoder.hpp"

#include <utility>
#include <vector>

#include "text/aligned_text.hpp"
#include "text/utf8.hpp"
#include "tokenizer/normalizer.hpp"
#include "tokenizer/pre_tokenizer.hpp"

namespace akidb::embedding::tokenizer {
namespace {

using text::AlignedText;

// Characters as UTF-8, with the way back from bytes to characters.
class Utf8Word {
 public:
  void assign(WordSpan word) {
    const std::size_t longest = word.size() * text::kMaxUtf8Length + kWordPadding;
    if (bytes_.size() < longest) {
      bytes_.resize(longest);
      chars_.resize(longest);
    }
    size_ = 0;
    for (std::size_t i = 0; i < word.size(); ++i) {
      const std::size_t end = size_ + text::encode_utf8(word[i].code, bytes_.data() + size_);
      while (size_ < end) chars_[size_++] = static_cast<std::uint32_t>(i);
    }
  }

  [[nodiscard]] std::string_view bytes() const { return {bytes_.data(), size_}; }
  // The characters of bytes [begin, end), which is not empty.
  [[nodiscard]] WordSpan chars(WordSpan word, std::size_t begin, std::size_t end) const {
    return word.subspan(chars_[begin], chars_[end - 1] - chars_[begin] + 1);
  }

 private:
  std::string bytes_;
  std::vector<std::uint32_t> chars_;
  std::size_t size_ = 0;
};

// Takes tokens with the normalised characters that they cover.
class IdSink {
 public:
  explicit IdSink(std::vector<std::uint32_t>& ids) : ids_(ids) {}
  void add(std::uint32_t id, std::string_view, std::string_view, WordSpan) { ids_.push_back(id); }

 private:
  std::vector<std::uint32_t>& ids_;
};

class EncodingSink {
 public:
  EncodingSink(Encoding& encoding, std::uint32_t type_id) : encoding_(encoding), type_id_(type_id) {}

  void add(std::uint32_t id, std::string_view prefix, std::string_view token, WordSpan place) {
    encoding_.ids.push_back(id);
    encoding_.type_ids.push_back(type_id_);
    encoding_.tokens.emplace_back(prefix).append(token);
    encoding_.byte_offsets.push_back({place.front().begin, place.back().end});
    encoding_.special_tokens_mask.push_back(0);
  }

 private:
  Encoding& encoding_;
  std::uint32_t type_id_;
};

// Fills char_offsets from byte_offsets.
void count_characters(std::string_view text, Encoding& encoding) {
  std::vector<std::uint32_t> index;  // of the character that each byte belongs to
  index.reserve(text.size() + 1);
  std::uint32_t characters = 0;
  for (const char byte : text) {
    if ((static_cast<unsigned char>(byte) & 0xC0) != 0x80) ++characters;
    index.push_back(characters - 1);
  }
  index.push_back(characters);
  encoding.char_offsets.reserve(encoding.byte_offsets.size());
  for (const Offset& offset : encoding.byte_offsets) {
    encoding.char_offsets.push_back({index[offset.begin], index[offset.end]});
  }
}

template <class Sink>
class Run {
 public:
  Run(const TokenizerParts& parts, const AddedVocabulary& added, const WordPiece& model, Sink sink)
      : parts_(parts), added_(added), model_(model), sink_(sink) {}

  Result<void> text(std::string_view text) {
    for (const TextPart& part : added_.before_normalization().cut(text)) {
      AlignedText aligned =
          text::align(text.substr(part.begin, part.end - part.begin), static_cast<std::uint32_t>(part.begin));
      if (part.token != nullptr) {
        added_token(*part.token, aligned);
        continue;
      }
      normalize(parts_.normalizer, aligned);
      if (auto outcome = normalized(aligned); !outcome) return outcome;
    }
    return {};
  }

 private:
  Result<void> normalized(WordSpan text) {
    if (added_.after_normalization().empty()) return words(text);
    Utf8Word bytes;
    bytes.assign(text);
    for (const TextPart& part : added_.after_normalization().cut(bytes.bytes())) {
      const WordSpan chars = bytes.chars(text, part.begin, part.end);
      if (part.token != nullptr) {
        added_token(*part.token, chars);
      } else if (auto outcome = words(chars); !outcome) {
        return outcome;
      }
    }
    return {};
  }

  Result<void> words(WordSpan text) {
    for (const WordSpan word : pre_tokenize(parts_.pre_tokenizer, text)) {
      word_.assign(word);
      pieces_.clear();
      if (!model_.split(word_.bytes(), pieces_)) {
        if (!model_.unk_id()) return missing_unk_token(parts_.model.unk_token);
        sink_.add(*model_.unk_id(), {}, parts_.model.unk_token, word);
        continue;
      }
      std::size_t begin = 0;
      for (const auto& piece : pieces_) {
        const std::string_view prefix = begin == 0 ? std::string_view{} : parts_.model.prefix;
        sink_.add(piece.id, prefix, word_.bytes().substr(begin, piece.end - begin),
                  word_.chars(word, begin, piece.end));
        begin = piece.end;
      }
    }
    return {};
  }

  void added_token(const AddedToken& token, WordSpan chars) {
    word_.assign(chars);
    sink_.add(token.id, {}, word_.bytes(), chars);
  }

  const TokenizerParts& parts_;
  const AddedVocabulary& added_;
  const WordPiece& model_;
  Sink sink_;
  Utf8Word word_;
  std::vector<WordPiece::Piece> pieces_;
};

}  // namespace

Error missing_unk_token(const std::string& unk_token) {
  return {ErrorCode::data_corrupt,
          "a word is not in the vocabulary, and neither is the unknown token \"" + unk_token + "\"",
          {},
          {}};
}

Result<Encoding> TextEncoder::encode(std::string_view text, std::uint32_t type_id) const {
  Encoding encoding;
  Run run(parts_, added_, model_, EncodingSink(encoding, type_id));
  if (auto outcome = run.text(text); !outcome) return outcome.error();
  count_characters(text, encoding);
  return encoding;
}

Result<void> TextEncoder::encode_ids(std::string_view text, std::vector<std::uint32_t>& ids) const {
  return Run(parts_, added_, model_, IdSink(ids)).text(text);
}

}  // namespace akidb::embedding::tokenizer
