#include "cli/flags/values.hpp"

#include <charconv>

namespace akidb::embedding::cli {

const std::string& Values::text(std::string_view name) const {
  static const std::string kNone;
  const auto found = values_.find(name);
  return found == values_.end() ? kNone : found->second;
}

std::uint64_t Values::count(std::string_view name) const {
  const std::string& digits = text(name);
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::optional<bool> Values::choice_of(std::string_view name) const {
  const std::string& word = text(name);
  if (word.empty()) return std::nullopt;
  return word == "true";
}

}  // namespace akidb::embedding::cli
