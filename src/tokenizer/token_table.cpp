#include "tokenizer/token_table.hpp"

#include <algorithm>
#include <utility>

namespace akidb::embedding::tokenizer {
namespace {

constexpr std::size_t kFewestSlots = 16;

}  // namespace

TokenTable::TokenTable(std::size_t tokens) {
  const std::size_t slots = std::bit_ceil(std::max(kFewestSlots, 2 * tokens));
  slots_.resize(slots);
  places_.resize(slots);
  mask_ = slots - 1;
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(slots));
}

void TokenTable::insert(std::string_view token, std::uint32_t id) {
  if (2 * (size_ + 1) > slots_.size()) grow();
  const std::size_t place = bytes_.size();
  bytes_.append(token);
  bytes_.append(kWordPadding, '\0');
  const char* const at = bytes_.data() + place;
  const std::uint64_t head = head_of(at, token.size());
  std::size_t i = hash(head, at, token.size()) >> shift_;
  for (; slots_[i].length != kEmpty; i = (i + 1) & mask_) {
    if (slots_[i].length == token.size() && token_at(i) == token) {
      slots_[i].id = id;
      bytes_.resize(place);
      return;
    }
  }
  slots_[i] = {head, id, static_cast<std::uint32_t>(token.size())};
  places_[i] = static_cast<std::uint32_t>(place);
  ++size_;
}

std::optional<std::uint32_t> TokenTable::find(std::string_view token) const {
  char padded[2 * kWordPadding] = {};
  std::string copy;
  const char* at = padded;
  if (token.size() <= kWordPadding) {
    std::copy(token.begin(), token.end(), padded);
  } else {
    copy.reserve(token.size() + kWordPadding);
    copy.append(token).append(kWordPadding, '\0');
    at = copy.data();
  }
  const Slot* slot = find_in_word(at, token.size());
  return slot == nullptr ? std::nullopt : std::optional(slot->id);
}

void TokenTable::grow() {
  TokenTable larger(slots_.size());
  for_each([&larger](std::string_view token, std::uint32_t id) { larger.insert(token, id); });
  *this = std::move(larger);
}

}  // namespace akidb::embedding::tokenizer
