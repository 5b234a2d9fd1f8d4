// Vectors as some servers send them: little-endian float32 in base64.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace akidb::embedding::remote {

// Appends the values. False where the text is no base64 (padded, without white space) of whole float32s.
bool append_base64_floats(std::string_view text, std::vector<float>& values);

}  // namespace akidb::embedding::remote
