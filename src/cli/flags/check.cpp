#include "cli/flags/check.hpp"

#include <algorithm>
#include <charconv>

#include "cli/flags/suggest.hpp"

namespace akidb::embedding::cli {
namespace {

Error wrong(std::string_view origin, std::string_view value, std::string expected) {
  return {ErrorCode::invalid_argument,
          std::string(origin) + ": expected " + std::move(expected) + ", got '" + std::string(value) + "'",
          {},
          {}};
}

Result<std::string> checked_toggle(std::string_view value, std::string_view origin) {
  for (const auto word : {"true", "1", "on", "yes"}) {
    if (value == word) return std::string("true");
  }
  for (const auto word : {"false", "0", "off", "no"}) {
    if (value == word) return std::string("false");
  }
  return wrong(origin, value, "true or false");
}

Result<std::string> checked_count(const Flag& flag, std::string_view value, std::string_view origin) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = problem == std::errc() && end == value.data() + value.size();
  if (whole && number >= flag.lowest && number <= flag.highest) return std::string(value);
  return wrong(origin, value,
               "a whole number from " + std::to_string(flag.lowest) + " to " + std::to_string(flag.highest));
}

Result<std::string> checked_choice(const Flag& flag, std::string_view value, std::string_view origin) {
  const auto words = choices(flag);
  if (std::find(words.begin(), words.end(), value) != words.end()) return std::string(value);
  return wrong(origin, value, list_of(words));
}

}  // namespace

Result<std::string> checked_value(const Flag& flag, std::string_view value, std::string_view origin) {
  switch (flag.kind) {
    case FlagKind::toggle: return checked_toggle(value, origin);
    case FlagKind::count: return checked_count(flag, value, origin);
    case FlagKind::choice: return checked_choice(flag, value, origin);
    case FlagKind::text:
    case FlagKind::path: break;
  }
  if (value.empty()) return wrong(origin, value, std::string(flag.value_name));
  return std::string(value);
}

}  // namespace akidb::embedding::cli
