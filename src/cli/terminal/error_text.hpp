// An error for people.
#pragma once

#include <akidb/embedding/error.hpp>
#include <string>
#include <string_view>

namespace akidb::embedding::cli {

// The message, with the detail in brackets behind it where it says more: not where it is a word of the message.
std::string error_text(const Error& error);

// One line for a terminal: control characters, which come in with names of files and models, are written as escapes
// ("\n", "\x1b").
std::string one_line(std::string_view text);

}  // namespace akidb::embedding::cli
