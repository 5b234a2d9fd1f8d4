#include "tokenizer/id_encoder.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "text/utf8.hpp"

namespace akidb::embedding::tokenizer {
namespace {

constexpr char32_t kFirstTwoByteChar = 0x80;
constexpr char32_t kFirstThreeByteChar = 0x800;

// Takes down what a character becomes, for the tables.
struct Recorder {
  std::string word;
  std::vector<char32_t> singles;
  bool ended = false;
  void append(char32_t c) { text::append_utf8(word, c); }
  void end_word() { ended = true; }
  void single(char32_t c) { singles.push_back(c); }
};

}  // namespace

// The word under construction, and the ids of those before it.
class IdEncoder::Words {
 public:
  Words(const IdEncoder& encoder, IdBuffer& ids) : encoder_(encoder), ids_(ids) {}

  void append(char32_t c) {
    make_room();
    size_ += text::encode_utf8(c, word_ + size_);
  }
  // Up to four bytes, which are copied as four.
  void append_bytes(const void* bytes, std::size_t length) {
    make_room();
    std::memcpy(word_ + size_, bytes, 4);
    size_ += length;
  }
  // A run of ASCII that ends before `end` or with a byte that is none of a word; returns its end.
  const char* append_ascii(const char* at, const char* end) {
    const Byte* const kinds = encoder_.bytes_;
    const char* const lower = encoder_.lower_;
    while (at != end) {
      make_room();
      const char* const stop = at + std::min(end - at, kSpare);
      char* out = word_ + size_;
      while (at != stop && kinds[static_cast<unsigned char>(*at)] == Byte::word) {
        *out++ = lower[static_cast<unsigned char>(*at++)];
      }
      size_ = static_cast<std::size_t>(out - word_);
      if (at != stop) break;
    }
    return at;
  }

  void end_word() {
    if (size_ == 0) return;
    std::uint32_t* const out = ids_.room(size_);
    if (too_long_) {
      *out = *encoder_.model_.unk_id();
      ids_.written(out + 1);
    } else {
      ids_.written(encoder_.model_.split_ids(word_, size_, out));
    }
    size_ = 0;
    too_long_ = false;
  }

  void single(char32_t c) {
    end_word();
    append(c);
    end_word();
  }
  void single_ascii(unsigned char byte) {
    end_word();
    std::uint32_t* const out = ids_.room(1);
    *out = encoder_.single_ids_[byte];
    ids_.written(out + 1);
  }

 private:
  static constexpr std::ptrdiff_t kSpare = 64;  // bytes that can be appended after make_room()

  // A word that is certainly too long is dropped but for a byte, so that the buffer is bounded.
  void make_room() {
    if (size_ + kSpare + kWordPadding <= capacity_) return;
    if (size_ > encoder_.max_word_bytes_) {
      too_long_ = true;
      size_ = 1;
      return;
    }
    if (heap_.empty()) heap_.assign(word_, word_ + size_);
    heap_.resize(2 * capacity_);
    word_ = heap_.data();
    capacity_ = heap_.size();
  }

  const IdEncoder& encoder_;
  IdBuffer& ids_;
  std::size_t size_ = 0;
  bool too_long_ = false;
  char inline_[1024];
  char* word_ = inline_;
  std::size_t capacity_ = sizeof inline_;
  std::vector<char> heap_;  // for words that may be longer than usual
};

bool IdEncoder::supports(const TokenizerParts& parts, const WordPiece& model) {
  return CharMap::supports(parts) && model.unk_id().has_value();
}

IdEncoder::IdEncoder(const TokenizerParts& parts, const WordPiece& model)
    : model_(model),
      chars_(parts.normalizer),
      max_word_bytes_(std::min<std::uint64_t>(parts.model.max_chars_per_word, UINT32_MAX) * text::kMaxUtf8Length) {
  std::fill(std::begin(bytes_), std::end(bytes_), Byte::other);
  for (unsigned char c = 0; c < 128; ++c) {
    Recorder recorder;
    chars_.map(c, recorder);
    bytes_[c] = recorder.ended              ? Byte::separator
                : !recorder.singles.empty() ? Byte::single
                : recorder.word.empty()     ? Byte::dropped
                                            : Byte::word;
    if (bytes_[c] == Byte::word) lower_[c] = recorder.word[0];
    if (bytes_[c] == Byte::single) {
      char word[1 + kWordPadding] = {static_cast<char>(c)};
      model_.split_ids(word, 1, &single_ids_[c]);
    }
  }
  for (char32_t c = kFirstTwoByteChar; c < kFirstThreeByteChar; ++c) two_byte_chars_.push_back(pack(c));
}

IdEncoder::PackedChar IdEncoder::pack(char32_t c) const {
  Recorder recorder;
  PackedChar packed;
  if (!chars_.map(c, recorder) || recorder.ended || !recorder.singles.empty() ||
      recorder.word.size() > sizeof packed.bytes) {
    packed.length = kNotPacked;
    return packed;
  }
  std::copy(recorder.word.begin(), recorder.word.end(), packed.bytes);
  packed.length = static_cast<std::uint8_t>(recorder.word.size());
  return packed;
}

bool IdEncoder::encode(std::string_view text, IdBuffer& ids) const {
  const std::size_t first = ids.size();
  Words words(*this, ids);
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const auto byte = static_cast<unsigned char>(*at);
    switch (bytes_[byte]) {
      case Byte::word: at = words.append_ascii(at, end); continue;
      case Byte::separator: words.end_word(); break;
      case Byte::single: words.single_ascii(byte); break;
      case Byte::dropped: break;
      case Byte::other: {
        const char* const begin = at;
        const char32_t c = text::decode_utf8(at);
        if (c < kFirstThreeByteChar) {
          const PackedChar& packed = two_byte_chars_[c - kFirstTwoByteChar];
          if (packed.length != kNotPacked) {
            words.append_bytes(&packed, packed.length);
            continue;
          }
        }
        if (chars_.stays(c) && end - begin >= 4) {
          words.append_bytes(begin, static_cast<std::size_t>(at - begin));
        } else if (!chars_.map(c, words)) {
          ids.shrink(first);
          return false;
        }
        continue;
      }
    }
    ++at;
  }
  words.end_word();
  return true;
}

}  // namespace akidb::embedding::tokenizer
