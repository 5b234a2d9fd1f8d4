#include "base/json_scan.hpp"

#include <algorithm>

#include "base/json_escape.hpp"
#include "base/utf8.hpp"

namespace akidb::embedding::base {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool document() {
    space();
    return value(0) && end("nothing after the value");
  }

  bool object(std::vector<JsonMember>& members) {
    space();
    return expect('{', "an object") && object_body(1, &members) && end("nothing after the object");
  }

  [[nodiscard]] JsonProblem problem() const { return {at_, message_}; }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void space() {
    while (at_ < text_.size() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) ++at_;
  }

  bool end(std::string_view expected) {
    space();
    return at_ == text_.size() || fail(expected);
  }

  bool fail(std::string_view expected) {
    message_ = "expected " + std::string(expected);
    return false;
  }

  bool expect(char c, std::string_view expected) {
    if (peek() != c) return fail(expected);
    ++at_;
    return true;
  }

  bool object_body(int depth, std::vector<JsonMember>* members) {
    space();
    if (peek() == '}') return ++at_, true;
    while (true) {
      space();
      const std::size_t key = at_;
      if (peek() != '"' || !string()) return message_.empty() ? fail("a string as key") : false;
      const auto key_text = text_.substr(key, at_ - key);
      space();
      if (!expect(':', "':'")) return false;
      space();
      const std::size_t begin = at_;
      if (!value(depth)) return false;
      if (members != nullptr) members->push_back({key_text, text_.substr(begin, at_ - begin)});
      space();
      if (peek() == '}') return ++at_, true;
      if (!expect(',', "',' or '}'")) return false;
    }
  }

  bool array_body(int depth) {
    space();
    if (peek() == ']') return ++at_, true;
    while (true) {
      space();
      if (!value(depth)) return false;
      space();
      if (peek() == ']') return ++at_, true;
      if (!expect(',', "',' or ']'")) return false;
    }
  }

  bool value(int depth) {
    switch (peek()) {
      case '"': return string();
      case '{':
      case '[': {
        if (depth == kMostJsonLevels) return fail("no more than " + std::to_string(kMostJsonLevels) + " levels");
        const bool is_object = text_[at_++] == '{';
        return is_object ? object_body(depth + 1, nullptr) : array_body(depth + 1);
      }
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return fail("a value");
    at_ += expected.size();
    return true;
  }

  bool digits() {
    if (!is_digit(peek())) return fail("a digit");
    while (is_digit(peek())) ++at_;
    return true;
  }

  bool number() {
    if (peek() != '-' && !is_digit(peek())) return fail("a value");
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else if (!digits()) {
      return false;
    }
    if (peek() == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return false;
    }
    return true;
  }

  bool string() {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') return ++at_, true;
      if (static_cast<unsigned char>(c) < 0x20) return fail("no control character in a string");
      ++at_;
      if (c == '\\' && !escape()) return false;
    }
    return fail("'\"' at the end of a string");
  }

  bool escape() {
    const char c = peek();
    if (c == 'u') return unicode_escape();
    if (c == '\0' || std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) return fail("an escape");
    ++at_;
    return true;
  }

  bool unicode_escape() {
    const std::size_t begin = at_ - 1;
    if (!hex_digits()) return false;
    const auto first = escaped_unit(text_, begin);
    if (!is_surrogate(first)) return true;
    if (is_high_surrogate(first) && is_low_surrogate(escaped_unit(text_, at_))) return at_ += kEscapedUnit, true;
    at_ = begin;
    return fail("both halves of a surrogate pair, found " + std::string(text_.substr(begin, kEscapedUnit)) + " alone");
  }

  bool hex_digits() {
    ++at_;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (!is_hex(peek())) return fail("four hexadecimal digits");
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string message_;
};

}  // namespace

std::optional<JsonProblem> find_json_problem(std::string_view text) {
  if (const auto byte = find_invalid_utf8(text)) return JsonProblem{*byte, "not valid UTF-8"};
  Scanner scanner(text);
  if (scanner.document()) return std::nullopt;
  return scanner.problem();
}

std::string line_and_column(std::string_view text, std::size_t byte) {
  const auto before = text.substr(0, byte);
  const auto line = 1 + std::ranges::count(before, '\n');
  const auto in_line = before.substr(before.rfind('\n') + 1);
  const auto column = 1 + std::ranges::count_if(in_line, [](unsigned char c) { return (c & 0xC0U) != 0x80; });
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

std::optional<JsonProblem> scan_json_object(std::string_view text, std::vector<JsonMember>& members) {
  members.clear();
  Scanner scanner(text);
  if (scanner.object(members)) return std::nullopt;
  return scanner.problem();
}

std::string_view json_kind(std::string_view value) noexcept {
  switch (value.empty() ? '\0' : value.front()) {
    case '"': return "a string";
    case '{': return "an object";
    case '[': return "an array";
    case 't':
    case 'f': return "a boolean";
    case 'n': return "null";
    default: return "a number";
  }
}

}  // namespace akidb::embedding::base
