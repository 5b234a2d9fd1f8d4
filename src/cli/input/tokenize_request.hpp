// A line of `akidb-embed tokenize`: {"text": ..., "pair"?: ..., "add_special_tokens"?: ...}.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace akidb::embedding::cli {

struct TokenizeRequest {
  std::string text;
  std::optional<std::string> pair;  // null counts as absent
  bool add_special_tokens = true;
};

// Fills `request` from a line without its end; returns a problem or nothing. Other fields are passed over.
std::optional<std::string> read_tokenize_request(std::string_view line, TokenizeRequest& request);

}  // namespace akidb::embedding::cli
