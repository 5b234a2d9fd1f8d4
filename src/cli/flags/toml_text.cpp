#include "cli/flags/toml_text.hpp"

#include <algorithm>

namespace akidb::embedding::cli {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

// Behind the string that begins at `at`, or at what ends it too early.
std::size_t behind_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string_view three = quote == '"' ? R"(""")" : "'''";
  const bool long_form = text.substr(at).starts_with(three);
  const std::string_view end = long_form ? three : three.substr(0, 1);
  at += end.size();
  while (at < text.size()) {
    if (!long_form && text[at] == '\n') return at;
    if (text.substr(at).starts_with(end)) {
      at += end.size();
      // The last quotes of a long string's text stand before those that end it.
      for (int more = 0; long_form && more < 2 && at < text.size() && text[at] == quote; ++more) ++at;
      return at;
    }
    at += quote == '"' && text[at] == '\\' ? 2 : 1;
  }
  return text.size();
}

}  // namespace

std::optional<std::size_t> find_bare_non_ascii(std::string_view text) {
  std::size_t at = text.starts_with(kMark) ? kMark.size() : 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
    } else if (c == '"' || c == '\'') {
      at = behind_string(text, at);
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      return at;
    } else {
      ++at;
    }
  }
  return std::nullopt;
}

}  // namespace akidb::embedding::cli
