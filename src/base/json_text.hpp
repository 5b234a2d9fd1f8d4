// Writing JSON text, straight into a string.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace akidb::embedding::base {

// Appends `text` (valid UTF-8) in quotes; only what must be escaped is.
void append_json_string(std::string_view text, std::string& out);
std::string json_string(std::string_view text);

// The fewest digits that read back as the same float.
void append_float(float value, std::string& out);

// "[0.1,-2]".
void append_floats(std::span<const float> values, std::string& out);

}  // namespace akidb::embedding::base
