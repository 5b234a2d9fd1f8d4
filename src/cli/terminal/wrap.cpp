#include "cli/terminal/wrap.hpp"

namespace akidb::embedding::cli {
namespace {

void wrap_paragraph(std::string_view text, std::size_t indent, std::size_t width, std::string& out) {
  std::size_t column = 0;
  while (true) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const auto word = text.substr(0, text.find(' '));
    if (column > 0 && column + 1 + word.size() > width) {
      out += '\n';
      column = 0;
    }
    if (column == 0) {
      out.append(indent, ' ');
      column = indent;
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    text.remove_prefix(word.size());
  }
  out += '\n';
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  while (true) {
    const auto gap = text.find("\n\n");
    wrap_paragraph(text.substr(0, gap), indent, width, out);
    if (gap == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(gap + 2);
  }
}

std::string hanging(std::string_view heading, std::string_view text, std::size_t column, std::size_t width) {
  std::string out(heading);
  std::string body = wrapped(text, column, width);
  if (heading.size() + 2 > column) return out + "\n" + body;
  out.append(column - heading.size(), ' ');
  return out + body.substr(column);
}

}  // namespace akidb::embedding::cli
