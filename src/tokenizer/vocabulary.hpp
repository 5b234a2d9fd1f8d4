// The vocabulary: tokens to ids and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/token_table.hpp"

namespace akidb::embedding::tokenizer {

// Immutable after construction.
class Vocabulary {
 public:
  // Of equal tokens the last one counts; of tokens with one id the first in the order of bytes is the id's token.
  explicit Vocabulary(const std::vector<std::pair<std::string, std::uint32_t>>& tokens);

  Vocabulary(Vocabulary&&) = delete;  // by_id_ points into table_

  [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }
  [[nodiscard]] std::optional<std::uint32_t> id_of(std::string_view token) const { return table_.find(token); }
  [[nodiscard]] std::optional<std::string_view> token_of(std::uint32_t id) const;
  [[nodiscard]] const TokenTable& table() const noexcept { return table_; }

 private:
  TokenTable table_;
  std::vector<std::pair<std::uint32_t, std::string_view>> by_id_;  // sorted
};

}  // namespace akidb::embedding::tokenizer
