#include "tokenizer/piece_matcher.hpp"

#include <algorithm>
#include <functional>

namespace akidb::embedding::tokenizer {

PieceMatcher::PieceMatcher(std::size_t tokens) : tokens_(tokens) {}

void PieceMatcher::finish() {
  const std::size_t buckets = std::bit_ceil(std::max<std::size_t>(16, 2 * tokens_.size()));
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(buckets));
  lengths_.assign(buckets, 0);
  tokens_.for_each([this](std::string_view token, std::uint32_t) {
    if (token.empty()) return;
    if (token.size() < kIndexed) {
      auto& lengths = short_lengths_[static_cast<unsigned char>(token[0])];
      lengths = static_cast<std::uint8_t>(lengths | 1U << token.size());
      return;
    }
    if (token.size() >= kLongLength) long_lengths_.push_back(static_cast<std::uint32_t>(token.size()));
    lengths_[bucket_of(token.data())] |= std::uint64_t{1} << std::min<std::size_t>(token.size(), kLongLength);
  });
  std::sort(long_lengths_.begin(), long_lengths_.end(), std::greater<>());
  long_lengths_.erase(std::unique(long_lengths_.begin(), long_lengths_.end()), long_lengths_.end());
}

const TokenTable::Slot* PieceMatcher::longest(const char* at, std::size_t length) const noexcept {
  if (length >= kIndexed) {
    std::uint64_t lengths = lengths_[bucket_of(at)];
    if (length < kLongLength) lengths &= (std::uint64_t{2} << length) - 1;
    if (lengths >> kLongLength != 0) {
      if (const auto* slot = longest_long(at, length)) return slot;
      lengths &= (std::uint64_t{1} << kLongLength) - 1;
    }
    while (lengths != 0) {
      const auto longest = static_cast<unsigned>(std::bit_width(lengths) - 1);
      if (const auto* slot = find(at, longest)) return slot;
      lengths ^= std::uint64_t{1} << longest;
    }
  }
  unsigned lengths = short_lengths_[static_cast<unsigned char>(*at)];
  if (length < kIndexed) lengths &= (2U << length) - 1;
  while (lengths != 0) {
    const auto longest = static_cast<unsigned>(std::bit_width(lengths) - 1);
    if (const auto* slot = find(at, longest)) return slot;
    lengths ^= 1U << longest;
  }
  return nullptr;
}

const TokenTable::Slot* PieceMatcher::longest_long(const char* at, std::size_t length) const noexcept {
  for (const std::uint32_t candidate : long_lengths_) {
    if (candidate > length) continue;
    if (const auto* slot = find(at, candidate)) return slot;
  }
  return nullptr;
}

}  // namespace akidb::embedding::tokenizer
