// The fast path: text to ids in one pass over its bytes, for the normalizer and pre-tokenizer that BERT models have.
// Gives what TextEncoder gives.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/char_map.hpp"
#include "tokenizer/parts.hpp"
#include "tokenizer/wordpiece.hpp"

namespace akidb::embedding::tokenizer {

// Ids that grow at the end; one at a time is too dear for std::vector's checks and initialisation.
class IdBuffer {
 public:
  explicit IdBuffer(std::vector<std::uint32_t>& ids) : ids_(ids), size_(ids.size()) {}
  // Brings the vector to its size.
  ~IdBuffer() { ids_.resize(size_); }
  IdBuffer(const IdBuffer&) = delete;
  IdBuffer& operator=(const IdBuffer&) = delete;

  // Room for `count` more ids, valid until the next call.
  std::uint32_t* room(std::size_t count) {
    if (ids_.size() - size_ < count) ids_.resize(2 * ids_.size() + count);
    return ids_.data() + size_;
  }
  // `end` is one past the last id that was written into room().
  void written(const std::uint32_t* end) { size_ = static_cast<std::size_t>(end - ids_.data()); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  void shrink(std::size_t size) noexcept { size_ = size; }

 private:
  std::vector<std::uint32_t>& ids_;
  std::size_t size_;
};

// Immutable after construction; const functions are thread-safe. `model` must outlive it and have an unknown token.
class IdEncoder {
 public:
  static bool supports(const TokenizerParts& parts, const WordPiece& model);
  IdEncoder(const TokenizerParts& parts, const WordPiece& model);

  // Appends the ids of valid UTF-8 without added tokens. False, with nothing appended, where the text has marks that
  // only the plain path puts in order. Linear; allocates nothing while `ids` has room.
  bool encode(std::string_view text, IdBuffer& ids) const;

 private:
  class Words;
  // What a byte below 0x80 is; all others begin or continue a longer character.
  enum class Byte : std::uint8_t { word, separator, single, dropped, other };

  // A character of two bytes in UTF-8 that becomes up to three bytes of a word.
  struct PackedChar {
    char bytes[3] = {};
    std::uint8_t length = 0;
  };
  static constexpr std::uint8_t kNotPacked = 0xFF;  // as length: what it becomes is something else
  [[nodiscard]] PackedChar pack(char32_t c) const;

  const WordPiece& model_;
  CharMap chars_;
  std::uint64_t max_word_bytes_;  // a longer word has too many characters
  Byte bytes_[256];
  char lower_[128];                // of Byte::word
  std::uint32_t single_ids_[128];  // of Byte::single
  std::vector<PackedChar> two_byte_chars_;
};

}  // namespace akidb::embedding::tokenizer
