// UTF-8, checked.
#pragma once

#include <akidb/embedding/error.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace akidb::embedding::base {

// The byte at which the text stops being valid UTF-8 (the first byte of the bad sequence), or nothing.
// Overlong forms, surrogates and values above U+10FFFF are invalid, as in RFC 3629.
std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

// The text with U+FFFD in place of each byte that is in no valid sequence.
std::string repaired_utf8(std::string_view text);

// invalid_argument: "the text is not valid UTF-8 at byte 17".
Error invalid_utf8_error(std::size_t byte);

}  // namespace akidb::embedding::base
