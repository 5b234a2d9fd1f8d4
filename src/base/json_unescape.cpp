#include <algorithm>
#include <cstdint>

#include "base/json_escape.hpp"
#include "base/json_scan.hpp"

namespace akidb::embedding::base {
namespace {

char plain_escape(char c) {
  switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

// A Unicode scalar value as UTF-8.
void append_utf8(std::uint32_t scalar, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (scalar < 0x80) return put(scalar);
  if (scalar < 0x800) {
    put(0xC0 | (scalar >> 6));
  } else {
    if (scalar < 0x10000) {
      put(0xE0 | (scalar >> 12));
    } else {
      put(0xF0 | (scalar >> 18));
      put(0x80 | ((scalar >> 12) & 0x3F));
    }
    put(0x80 | ((scalar >> 6) & 0x3F));
  }
  put(0x80 | (scalar & 0x3F));
}

}  // namespace

void unescape_json(std::string_view text, std::string& out) {
  out.clear();
  const std::size_t end = text.size() - 1;
  std::size_t at = 1;
  while (at < end) {
    const auto escape = std::min(text.find('\\', at), end);
    out.append(text, at, escape - at);
    at = escape;
    if (at == end) break;
    if (text[at + 1] != 'u') {
      out += plain_escape(text[at + 1]);
      at += 2;
      continue;
    }
    const std::uint32_t unit = escaped_unit(text, at);
    if (!is_high_surrogate(unit)) {
      append_utf8(unit, out);
      at += kEscapedUnit;
      continue;
    }
    const std::uint32_t low = escaped_unit(text, at + kEscapedUnit);
    append_utf8(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), out);
    at += 2 * kEscapedUnit;
  }
}

std::string_view key_name(const JsonMember& member, std::string& room) {
  const auto inside = member.key.substr(1, member.key.size() - 2);
  if (inside.find('\\') == std::string_view::npos) return inside;
  unescape_json(member.key, room);
  return room;
}

std::optional<std::string> repeated_key(const std::vector<JsonMember>& members) {
  std::vector<std::string> names(members.size());
  std::ranges::transform(members, names.begin(), [room = std::string()](const JsonMember& member) mutable {
    return std::string(key_name(member, room));
  });
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice == names.end()) return std::nullopt;
  return std::move(*twice);
}

}  // namespace akidb::embedding::base
