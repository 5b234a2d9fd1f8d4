// Paths that a configuration file names: they must stay in the model's folder.
#pragma once

#include <string_view>

namespace akidb::embedding::model {

// A name of one file: not empty, not "." or "..", no slash or backslash, no U+0000.
bool is_file_name(std::string_view text) noexcept;

// File names joined by "/", or the empty text for the folder itself.
bool is_path_inside(std::string_view text) noexcept;

}  // namespace akidb::embedding::model
