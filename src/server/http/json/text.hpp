// JSON text, written straight into a string.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/json_text.hpp"

namespace akidb::embedding::server {

using base::append_float;
using base::append_floats;
using base::append_json_string;
using base::json_string;

// The values' bytes, little-endian, as base64 in quotes.
void append_base64_floats(std::span<const float> values, std::string& out);

void append_number(std::uint64_t value, std::string& out);

}  // namespace akidb::embedding::server
