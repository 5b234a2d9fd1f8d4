// The program: a command line in, an exit code out.
#pragma once

#include <span>
#include <string>

#include "cli/flags/parse.hpp"

namespace akidb::embedding::cli {

// Runs the command. Errors go to standard error; the exit code is that of the error table.
int run(std::span<const std::string> words, const Environment& environment);

}  // namespace akidb::embedding::cli
