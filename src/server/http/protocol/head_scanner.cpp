#include "server/http/protocol/head_scanner.hpp"

namespace akidb::embedding::server {

HeadScanner::Outcome HeadScanner::scan(std::string_view buffer) {
  while (true) {
    const auto feed = buffer.find('\n', scanned_);
    if (feed == std::string_view::npos) break;
    if (feed == line_begin_ || buffer[feed - 1] != '\r') return Outcome::malformed;
    const auto line = buffer.substr(line_begin_, feed - 1 - line_begin_);
    const bool is_last = line.empty();
    line_begin_ = scanned_ = feed + 1;
    if (line_begin_ > limits_->head) return Outcome::too_large;
    if (is_last) return lines_ == 0 ? Outcome::malformed : Outcome::found;
    if (const auto outcome = end_line(line); outcome != Outcome::more) return outcome;
  }
  scanned_ = buffer.size();
  if (buffer.size() - line_begin_ > limits_->line + 2) return lines_ == 0 ? Outcome::uri_too_long : Outcome::too_large;
  return buffer.size() > limits_->head ? Outcome::too_large : Outcome::more;
}

HeadScanner::Outcome HeadScanner::end_line(std::string_view line) {
  if (line.size() > limits_->line) return lines_ == 0 ? Outcome::uri_too_long : Outcome::too_large;
  if (line.front() == ' ' || line.front() == '\t') return Outcome::malformed;
  if (line.find('\r') != std::string_view::npos || line.find('\0') != std::string_view::npos) return Outcome::malformed;
  if (lines_++ > limits_->fields) return Outcome::too_large;
  return Outcome::more;
}

}  // namespace akidb::embedding::server
