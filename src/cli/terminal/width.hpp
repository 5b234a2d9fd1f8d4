// How many columns of a terminal a text takes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace akidb::embedding::cli {

// Columns of valid UTF-8: two for East Asian wide characters and emoji, none for combining marks, one for
// the rest.
std::size_t display_width(std::string_view text);

// `text` in at most `columns` columns, on one line: control characters (line ends, escapes that would
// change the terminal) become a space, and what does not fit is cut with an ellipsis.
std::string fitted(std::string_view text, std::size_t columns);

// Spaces behind the text up to `columns`.
std::string padded(std::string text, std::size_t columns);

}  // namespace akidb::embedding::cli
