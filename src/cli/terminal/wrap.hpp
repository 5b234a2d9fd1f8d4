// Laying out plain ASCII prose for help texts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace akidb::embedding::cli {

// Words of `text` in lines of at most `width` columns, each after `indent` spaces; an empty line in `text`
// stays one. Ends with a line feed.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

// `heading`, then `text` wrapped from `column` on; on a line of its own where the heading is too long.
std::string hanging(std::string_view heading, std::string_view text, std::size_t column, std::size_t width);

}  // namespace akidb::embedding::cli
