// Writing JSON text.
#pragma once

#include <string>
#include <string_view>

namespace akidb::embedding::base {

// Appends `text` (valid UTF-8) in quotes; only what must be escaped is.
void append_json_string(std::string_view text, std::string& out);

}  // namespace akidb::embedding::base
