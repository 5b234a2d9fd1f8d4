// Text as protocols write it: what is beyond ASCII stays, or is escaped byte by byte.
#pragma once

#include <string>
#include <string_view>

namespace akidb::embedding::base {

// The letters A to Z in lower case, whatever the locale.
std::string lower_ascii(std::string_view text);

// A path with all but letters, digits, "-", ".", "_", "~" and "/" as %XX.
std::string escaped_path(std::string_view path);

}  // namespace akidb::embedding::base
