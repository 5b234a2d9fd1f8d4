// ONNX Runtime puts before its words, where one of its checks fails:
//   place     = "/" path ".cc:" digits SPACE
//   signature = type and name "(" parameters ")" [" const"] [" [with " types "]"] SPACE
#include "backend/onnx/error_words.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace akidb::embedding::backend::onnx {
namespace {

constexpr auto kNone = std::string_view::npos;
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kSpace = " \t\r\n";

bool opens(char c) { return c == '(' || c == '<' || c == '[' || c == '{'; }
bool closes(char c) { return c == ')' || c == '>' || c == ']' || c == '}'; }

// Behind the bracket that closes the one at `open`; none where nothing does.
std::size_t end_of_brackets(std::string_view text, std::size_t open) {
  std::size_t depth = 0;
  for (std::size_t at = open; at < text.size(); ++at) {
    if (opens(text[at])) ++depth;
    if (closes(text[at]) && text[at - 1] != '-' && --depth == 0) return at + 1;
  }
  return kNone;
}

bool in_name(char c) {
  const bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  return is_letter || (c >= '0' && c <= '9') || c == ':' || c == '_' || c == '~';
}

bool in_type(char c) { return in_name(c) || c == ' ' || c == '*' || c == '&' || c == ','; }

// Behind the characters from `at` on that `belongs` takes, and template arguments among them.
template <bool (*kBelongs)(char)>
std::size_t skip(std::string_view text, std::size_t at) {
  while (at < text.size() && (kBelongs(text[at]) || text[at] == '<')) {
    at = text[at] == '<' ? std::min(end_of_brackets(text, at), text.size()) : at + 1;
  }
  return at;
}

// Behind a signature that begins at `start`; `start` where there is none.
std::size_t end_of_signature(std::string_view text, std::size_t start) {
  std::size_t at = skip<in_type>(text, start);
  if (text.substr(start, at - start).find("::") == kNone || !text.substr(at).starts_with('(')) return start;
  while (text.substr(at).starts_with('(') || text.substr(at).starts_with("::")) {
    at = text[at] == '(' ? end_of_brackets(text, at) : skip<in_name>(text, at);
    if (at == kNone) return start;
  }
  if (text.substr(at).starts_with(" const")) at += std::string_view(" const").size();
  const auto end = text.substr(at).starts_with(" [with ") ? end_of_brackets(text, at + 1) : kNone;
  return end == kNone ? at : end;
}

struct Place {
  std::size_t first;
  std::size_t last;
};

// The first place in a source file from `from` on; both kNone where there is none.
Place find_place(std::string_view text, std::size_t from) {
  constexpr std::array<std::string_view, 4> kEndings = {".cc:", ".h:", ".cpp:", ".hpp:"};
  for (std::size_t start = text.find('/', from); start != kNone; start = text.find('/', start + 1)) {
    const auto path = text.substr(start, text.find_first_of(" \n\"'", start) - start);
    for (const auto ending : kEndings) {
      const auto at = path.find(ending);
      if (at == kNone) continue;
      const auto digits = start + at + ending.size();
      const auto last = text.find_first_not_of(kDigits, digits);
      if (last != digits) return {start, last == kNone ? text.size() : last};
    }
  }
  return {kNone, kNone};
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (std::size_t at = text.find_first_not_of(kSpace); at != kNone; at = text.find_first_not_of(kSpace, at)) {
    const auto end = std::min(text.find_first_of(kSpace, at), text.size());
    line.append(line.empty() ? "" : " ").append(text.substr(at, end - at));
    at = end;
  }
  return line;
}

}  // namespace

std::string error_words(std::string_view raw) {
  std::string words;
  std::size_t from = 0;
  while (true) {
    const auto place = find_place(raw, from);
    words.append(raw.substr(from, place.first - from));
    if (place.first == kNone) break;
    const auto behind = raw.find_first_not_of(kSpace, place.last);
    if (behind == kNone) break;
    words += ' ';
    from = end_of_signature(raw, behind);
  }
  return on_one_line(words);
}

}  // namespace akidb::embedding::backend::onnx
