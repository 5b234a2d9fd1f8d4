#include "cli/terminal/error_text.hpp"

namespace akidb::embedding::cli {
namespace {

// What a path is made of: "a.onnx" is no word of "b/a.onnx".
bool in_word(char c) {
  const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || !is_ascii ||
         std::string_view("_-./\\~").find(c) != std::string_view::npos;
}

bool has_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !in_word(text[at - 1])) && (end == text.size() || !in_word(text[end]))) return true;
  }
  return false;
}

}  // namespace

std::string error_text(const Error& error) {
  if (error.detail.empty() || has_word(error.message, error.detail)) return error.message;
  return error.message + " (" + error.detail + ")";
}

std::string one_line(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      line.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    } else {
      line += c;
    }
  }
  return line;
}

}  // namespace akidb::embedding::cli
