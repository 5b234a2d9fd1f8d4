#include <algorithm>
#include <cmath>
#include <string>

#include "base/utf8.hpp"
#include "fuzz/bodies.hpp"
#include "remote/answer.hpp"

namespace akidb::embedding::test {
namespace {

constexpr std::size_t kInputs = 2;
constexpr std::size_t kMostWords = 200;

std::string check(const remote::Wire& wire, std::string_view bytes) {
  const auto answer = remote::read_answer(wire, bytes, kInputs);
  if (!answer) {
    const auto code = answer.error().code;
    const bool known = code == ErrorCode::data_corrupt || code == ErrorCode::unsupported;
    return known ? "" : "code: " + to_string(answer.error());
  }
  if (answer->dimension == 0 || answer->values.size() != kInputs * answer->dimension) return "rows of another size";
  const bool finite = std::ranges::all_of(answer->values, [](float value) { return std::isfinite(value); });
  return finite ? "" : "a value is not finite";
}

std::string check_words(std::string_view bytes) {
  const std::string words = remote::server_words(bytes);
  if (words.size() > kMostWords) return "too many words";
  if (base::find_invalid_utf8(words)) return "words that are cut within a character";
  const bool plain = std::ranges::none_of(words, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  return plain ? "" : "a control character in words";
}

}  // namespace

std::string fuzz_remote_answer(std::string_view bytes) {
  for (const auto& wire : remote::wire_table()) {
    if (auto problem = check(wire, bytes); !problem.empty()) return std::string(wire.name) + ": " + problem;
  }
  return check_words(bytes);
}

}  // namespace akidb::embedding::test
