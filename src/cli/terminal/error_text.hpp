// An error for people.
#pragma once

#include <akidb/embedding/error.hpp>
#include <string>

namespace akidb::embedding::cli {

// The message, with the detail in brackets behind it where it says more: not where it is a word of the message.
std::string error_text(const Error& error);

}  // namespace akidb::embedding::cli
