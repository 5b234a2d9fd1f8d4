#include "base/json_text.hpp"

#include <array>
#include <charconv>

namespace akidb::embedding::base {
namespace {

void append_escape(unsigned char c, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\b': out += "\\b"; break;
    case '\f': out += "\\f"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default:
      out += "\\u00";
      out += kHex[c >> 4U];
      out += kHex[c & 0xFU];
  }
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t plain = 0;  // begin of what needs no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(plain, i - plain));
    plain = i + 1;
    append_escape(c, out);
  }
  out.append(text.substr(plain));
  out += '"';
}

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
  constexpr std::size_t kLongest = 16;  // "-1.17549435e-38" and a comma
  const std::size_t begin = out.size();
  out.resize(begin + values.size() * kLongest + 2);
  char* to = out.data() + begin;
  *to++ = '[';
  for (const float value : values) {
    to = std::to_chars(to, to + kLongest, value).ptr;
    *to++ = ',';
  }
  if (!values.empty()) --to;
  *to++ = ']';
  out.resize(static_cast<std::size_t>(to - out.data()));
}

}  // namespace akidb::embedding::base
