#include "tokenizer/vocabulary.hpp"

#include <algorithm>

namespace akidb::embedding::tokenizer {
namespace {

// Whether a list by id costs no more than a few times what the tokens do.
bool is_dense(std::uint32_t largest_id, std::size_t tokens) { return largest_id / 4 < tokens + 256; }

}  // namespace

Vocabulary::Vocabulary(const std::vector<std::pair<std::string, std::uint32_t>>& tokens) : words_(tokens.size()) {
  std::uint32_t largest_id = 0;
  for (const auto& [token, id] : tokens) {
    words_.insert(token, id);
    largest_id = std::max(largest_id, id);
  }
  words_.finish();
  if (is_dense(largest_id, tokens.size())) {
    by_id_.resize(std::size_t{largest_id} + 1);
    words_.tokens().for_each([this](std::string_view token, std::uint32_t id) { by_id_[id] = token; });
    return;
  }
  sorted_.reserve(size());
  words_.tokens().for_each([this](std::string_view token, std::uint32_t id) { sorted_.emplace_back(id, token); });
  std::sort(sorted_.begin(), sorted_.end());
}

std::optional<std::string_view> Vocabulary::token_of(std::uint32_t id) const {
  if (id < by_id_.size()) return by_id_[id].data() == nullptr ? std::nullopt : std::optional(by_id_[id]);
  const auto found = std::lower_bound(sorted_.begin(), sorted_.end(), id,
                                      [](const auto& entry, std::uint32_t wanted) { return entry.first < wanted; });
  if (found == sorted_.end() || found->first != id) return std::nullopt;
  return found->second;
}

}  // namespace akidb::embedding::tokenizer
