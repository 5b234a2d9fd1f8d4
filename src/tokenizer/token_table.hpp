// A hash table from tokens (byte strings) to ids, made for being asked about parts of a word.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace akidb::embedding::tokenizer {

// Bytes that must be readable (of any value) behind a word that is passed to TokenTable::find_in_word.
inline constexpr std::size_t kWordPadding = 8;

// Grows by insert(); const functions are thread-safe. A token of up to eight bytes is compared inside its slot,
// so that most questions touch one cache line.
class TokenTable {
 public:
  struct Slot {
    std::uint64_t head = 0;  // the first eight bytes, zeros behind the end
    std::uint32_t id = 0;
    std::uint32_t length = kEmpty;
  };

  // Room for `tokens` without growing.
  explicit TokenTable(std::size_t tokens = 0);

  // The id of an equal token is replaced.
  void insert(std::string_view token, std::uint32_t id);

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view token) const;

  // As find(), of `length` > 0 bytes at `at`, behind which kWordPadding bytes can be read; null where there is none.
  [[nodiscard]] const Slot* find_in_word(const char* at, std::size_t length) const noexcept {
    const std::uint64_t head = head_of(at, length);
    for (std::size_t i = hash(head, at, length) >> shift_;; i = (i + 1) & mask_) {
      const Slot& slot = slots_[i];
      if (slot.head == head && slot.length == length && (length <= 8 || same_tail(i, at, length))) return &slot;
      if (slot.length == kEmpty) return nullptr;
    }
  }

  // Calls visit(token, id) for each token.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].length != kEmpty) visit(token_at(i), slots_[i].id);
    }
  }

 private:
  static constexpr std::uint32_t kEmpty = UINT32_MAX;

  static std::uint64_t load(const char* at) noexcept {
    std::uint64_t value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  // Eight bytes at `at` with zeros from `length` on. On a big-endian machine the bytes lie the other way round,
  // which changes nothing but the mask.
  static std::uint64_t head_of(const char* at, std::size_t length) noexcept;
  static std::uint64_t hash(std::uint64_t head, const char* at, std::size_t length) noexcept;

  [[nodiscard]] std::string_view token_at(std::size_t slot) const noexcept {
    return {bytes_.data() + places_[slot], slots_[slot].length};
  }
  [[nodiscard]] bool same_tail(std::size_t slot, const char* at, std::size_t length) const noexcept {
    return std::memcmp(bytes_.data() + places_[slot] + 8, at + 8, length - 8) == 0;
  }
  void grow();

  std::vector<Slot> slots_;            // a power of two, at most half full
  std::vector<std::uint32_t> places_;  // of each slot's token in bytes_
  std::string bytes_;                  // all tokens, each with kWordPadding zeros behind it
  std::size_t size_ = 0;
  std::size_t mask_ = 0;
  unsigned shift_ = 63;
};

inline std::uint64_t TokenTable::head_of(const char* at, std::size_t length) noexcept {
  if (length == 0) return 0;
  const std::uint64_t bytes = load(at);
  if (length >= 8) return bytes;
  const unsigned unused = static_cast<unsigned>(8 * (8 - length));
  if constexpr (std::endian::native == std::endian::little) return bytes << unused >> unused;
  return bytes >> unused << unused;
}

inline std::uint64_t TokenTable::hash(std::uint64_t head, const char* at, std::size_t length) noexcept {
  constexpr std::uint64_t kFirst = 0x9E3779B97F4A7C15;
  constexpr std::uint64_t kNext = 0xD6E8FEB86659FD93;
  std::uint64_t value = (head ^ length) * kFirst;
  if (length > 8) {
    for (std::size_t i = 8; i + 8 < length; i += 8) value = (value ^ value >> 29 ^ load(at + i)) * kNext;
    value = (value ^ value >> 29 ^ load(at + length - 8)) * kNext;
  }
  return (value ^ value >> 32) * kNext;
}

}  // namespace akidb::embedding::tokenizer
