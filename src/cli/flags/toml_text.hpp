// Where characters may stand in TOML, as far as the library for it does not look.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace akidb::embedding::cli {

// The first byte of a character beyond ASCII that is neither in a string nor in a comment, where TOML has none; a byte
// order mark at the beginning does not count.
//
//   text    = [mark] *(comment / string / any)
//   comment = "#" *(any but line feed)
//   string  = ''' text ''' / """ text with escapes """ / ' text ' / " text with escapes "    the latter two on one line
std::optional<std::size_t> find_bare_non_ascii(std::string_view text);

}  // namespace akidb::embedding::cli
