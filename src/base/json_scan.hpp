// A checked walk over JSON that leaves every byte where it is, and knows the byte that is wrong.
//
// The library reads JSON through base/json.hpp, which gives values. Here the text itself is wanted: fields that
// are not ours go to the output byte for byte, numbers of any size included.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace akidb::embedding::base {

inline constexpr int kMostJsonLevels = 64;

struct JsonMember {
  std::string_view key;    // as written, quotes included
  std::string_view value;  // as written, without white space around it
};

struct JsonProblem {
  std::size_t byte = 0;  // in the text
  std::string message;   // "expected a string as key"
};

// The first byte at which `text` is no UTF-8, else that at which it is no JSON by the rules below; nothing where it is
// some, numbers of any size included. For texts that a parser refused without saying where.
std::optional<JsonProblem> find_json_problem(std::string_view text);

// "line 3, column 7" of a byte of a text, counted from 1; a column is a character.
std::string line_and_column(std::string_view text, std::size_t byte);

// The members of the object that `text` is, in their order, duplicates included. `text` must be valid
// UTF-8. Values are checked against RFC 8259, nested at most 64 deep. A surrogate escape without its other half
// is a problem: it is no character.
std::optional<JsonProblem> scan_json_object(std::string_view text, std::vector<JsonMember>& members);

// The characters of a scanned string, quotes included in `text`.
void unescape_json(std::string_view text, std::string& out);

// The characters of a member's key: a part of it, or `room` where it has escapes.
std::string_view key_name(const JsonMember& member, std::string& room);

// The first name in byte order that two members have, spelt alike or not.
std::optional<std::string> repeated_key(const std::vector<JsonMember>& members);

// "a string", "a number", ... by the first character of a scanned value.
std::string_view json_kind(std::string_view value) noexcept;

}  // namespace akidb::embedding::base
