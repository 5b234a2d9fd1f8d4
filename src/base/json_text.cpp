#include "base/json_text.hpp"

#include <array>

#include "base/float_digits.hpp"

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
  std::array<char, kLongestFloat> digits;
  out.append(digits.data(), write_float(value, digits.data()));
}

void append_floats(std::span<const float> values, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + values.size() * (kLongestFloat + 1) + 2);
  char* to = out.data() + begin;
  *to++ = '[';
  to = write_floats(values, to);
  *to++ = ']';
  out.resize(static_cast<std::size_t>(to - out.data()));
}

}  // namespace akidb::embedding::base
