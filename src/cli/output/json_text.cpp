#include "cli/output/json_text.hpp"

#include <array>
#include <charconv>

#include "base/json_text.hpp"

namespace akidb::embedding::cli {

void append_json_string(std::string_view text, std::string& out) { base::append_json_string(text, out); }

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

void append_float(float value, std::string& out) {
  std::array<char, 32> digits;
  const auto [end, problem] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end);
}

void append_floats(std::span<const float> values, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    append_float(values[i], out);
  }
  out += ']';
}

std::string fixed(double value, int digits) {
  std::array<char, 400> text;
  const auto [end, problem] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, digits);
  return {text.data(), end};
}

}  // namespace akidb::embedding::cli
