#include "tokenizer/vocabulary.hpp"

#include <algorithm>

namespace akidb::embedding::tokenizer {

Vocabulary::Vocabulary(const std::vector<std::pair<std::string, std::uint32_t>>& tokens) : table_(tokens.size()) {
  for (const auto& [token, id] : tokens) table_.insert(token, id);
  by_id_.reserve(table_.size());
  table_.for_each([this](std::string_view token, std::uint32_t id) { by_id_.emplace_back(id, token); });
  std::sort(by_id_.begin(), by_id_.end());
}

std::optional<std::string_view> Vocabulary::token_of(std::uint32_t id) const {
  const auto found = std::lower_bound(by_id_.begin(), by_id_.end(), id,
                                      [](const auto& entry, std::uint32_t wanted) { return entry.first < wanted; });
  if (found == by_id_.end() || found->first != id) return std::nullopt;
  return found->second;
}

}  // namespace akidb::embedding::tokenizer
