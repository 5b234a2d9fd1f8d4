// JSON text, written straight into a string.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace akidb::embedding::server {

void append_json_string(std::string_view text, std::string& out);
std::string json_string(std::string_view text);

// The shortest digits that read back as the same float.
void append_float(float value, std::string& out);
void append_floats(std::span<const float> values, std::string& out);  // with brackets

// The values' bytes, little-endian, as base64 in quotes.
void append_base64_floats(std::span<const float> values, std::string& out);

void append_number(std::uint64_t value, std::string& out);

}  // namespace akidb::embedding::server
