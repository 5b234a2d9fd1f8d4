// Vectors in fewer bits, as JSON arrays: what Cohere's and Jina's clients ask for.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace akidb::embedding::server {

enum class SmallForm : std::uint8_t {
  int8,     // value x 127, rounded and held to -128 ... 127: rows of different requests can be compared
  uint8,    // the same plus 128
  ubinary,  // a bit a value, 1 where it is positive, the first value in the highest bit of a byte
  binary,   // the same bytes minus 128
};

void append_small(std::span<const float> values, SmallForm form, std::string& out);

}  // namespace akidb::embedding::server
