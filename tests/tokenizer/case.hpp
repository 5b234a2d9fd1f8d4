// Cases of the tokenizer as lines of JSON, for the golden test and for the differential test against the reference.
//
//   case   = { "text", "pair"?, "add_special_tokens"?, "truncation"?: { "max_length", "stride", "strategy",
//              "direction" }, "padding"?: { ... } }                       the last two spelt as in tokenizer.json
//   answer = { "ids", "type_ids", "tokens", "offsets", "mask", "overflowing"?: [answer], "decoded" } | { "error" }
//
// Offsets are in Unicode characters. `decoded` is without special tokens.
#pragma once

#include <akidb/embedding/result.hpp>
#include <akidb/embedding/tokenizer.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace akidb::embedding::test {

struct Case {
  std::string text;
  std::optional<std::string> pair;
  EncodeOptions options;
};

Result<Case> read_case(std::string_view line);

// The answer as JSON without white space. Where it can, it also asks in other ways (ids only, byte offsets) and
// answers { "error" } where those disagree.
std::string answer(const Tokenizer& tokenizer, const Case& one);

}  // namespace akidb::embedding::test
