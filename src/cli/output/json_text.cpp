#include "cli/output/json_text.hpp"

#include <array>
#include <charconv>

namespace akidb::embedding::cli {

std::string fixed(double value, int digits) {
  std::array<char, 400> text;
  const auto [end, problem] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits);
  return {text.data(), end};
}

}  // namespace akidb::embedding::cli
