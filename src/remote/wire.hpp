// The wire formats of other embedding servers, each a row of data.
#pragma once

#include <akidb/embedding/result.hpp>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace akidb::embedding::remote {

// Stands where a format cannot say what a request may ask: such a request is `unsupported`.
inline constexpr std::string_view kCannot = "-";

struct Wire {
  std::string_view name;
  std::string_view endpoint;      // where its maker offers it; empty where there is no such place
  std::string_view path;          // behind the endpoint; {model} is the model's name
  std::string_view key_variable;  // the maker's own variable for a key
  std::size_t texts;              // most inputs of one call

  // The request: names of members; empty where there is no such member.
  std::string_view inputs;
  std::string_view model;
  std::string_view prompt_name;
  bool token_ids;  // whether inputs may be lists of token ids

  // Members as JSON text, without a comma; or nothing to say, or kCannot.
  std::string_view always;
  std::array<std::string_view, 3> normalize;   // model, yes, no. Yes is made sure of here.
  std::array<std::string_view, 3> input_type;  // none, query, document
  std::array<std::string_view, 3> truncation;  // right, left, error

  // The answer: paths with dots; empty rows: the answer is the list of rows.
  std::string_view rows;
  std::string_view row_values;  // rows are objects with an `index` and this member; empty: rows are lists
  std::string_view tokens;      // tokens of all inputs; empty: not told
};

std::span<const Wire> wire_table() noexcept;

// invalid_argument, with the names there are.
Result<const Wire*> find_wire(std::string_view name);

}  // namespace akidb::embedding::remote
