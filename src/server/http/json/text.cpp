#include "server/http/json/text.hpp"

#include <array>
#include <charconv>

#include "server/http/json/base64.hpp"

namespace akidb::embedding::server {

void append_base64_floats(std::span<const float> values, std::string& out) {
  out += '"';
  append_base64(std::as_bytes(values), out);
  out += '"';
}

void append_number(std::uint64_t value, std::string& out) {
  std::array<char, 24> digits;
  const auto [end, problem] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end);
}

}  // namespace akidb::embedding::server
