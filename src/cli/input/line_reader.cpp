#include "cli/input/line_reader.hpp"

#include <algorithm>

namespace akidb::embedding::cli {

Result<std::optional<TextLine>> LineReader::next() {
  std::size_t searched = 0;
  while (true) {
    const auto window = chunks_.window();
    const auto feed = window.find('\n', searched);
    if (std::min(feed, window.size()) > max_bytes_ + 1) return pass_over();  // one more for a carriage return
    if (feed != std::string_view::npos) return std::optional(take(feed, 1));
    searched = window.size();
    const auto got = chunks_.more();
    if (!got) return got.error();
    if (*got) continue;
    if (chunks_.window().empty()) return std::optional<TextLine>();
    return std::optional(take(chunks_.window().size(), 0));
  }
}

TextLine LineReader::take(std::size_t length, std::size_t end_bytes) {
  auto text = chunks_.window().substr(0, length);
  if (end_bytes > 0 && !text.empty() && text.back() == '\r') text.remove_suffix(1);
  chunks_.consume(length + end_bytes);
  const bool too_long = text.size() > max_bytes_;
  return {too_long ? std::string_view() : text, ++chunks_.position.lines, too_long};
}

Result<std::optional<TextLine>> LineReader::pass_over() {
  while (true) {
    const auto window = chunks_.window();
    const auto feed = window.find('\n');
    if (feed != std::string_view::npos) {
      chunks_.consume(feed + 1);
      break;
    }
    chunks_.consume(window.size());
    const auto got = chunks_.more();
    if (!got) return got.error();
    if (!*got) break;
  }
  return std::optional(TextLine{{}, ++chunks_.position.lines, true});
}

bool LineReader::ready() const {
  return chunks_.window().find('\n') != std::string_view::npos || chunks_.source().ready();
}

}  // namespace akidb::embedding::cli
