// The answer to one call, read as its wire format has it, and nothing taken on trust.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "remote/wire.hpp"

namespace akidb::embedding::remote {

struct Answer {
  std::size_t dimension = 0;
  std::vector<float> values;  // `inputs` rows of `dimension`, in the order of the inputs
  std::size_t tokens = 0;     // of all inputs; 0 where the server does not tell
};

// data_corrupt, with the place: no JSON, another number of rows than `inputs`, an index twice or out of range, rows of
// several lengths or none, a value that is null or not finite. `unsupported` where the server gives a row per token.
Result<Answer> read_answer(const Wire& wire, std::string_view body, std::size_t inputs);

// What a server says of its error ("message", "error", "detail"), in one line of at most 200 bytes; empty where it says
// nothing that can be shown.
std::string server_words(std::string_view body);

}  // namespace akidb::embedding::remote
