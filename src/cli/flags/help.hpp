// What the program says of itself, from the tables of commands and flags.
#pragma once

#include <string>

#include "cli/flags/command.hpp"

namespace akidb::embedding::cli {

std::string program_help();
std::string command_help(Command command);
std::string version_line();

// roff, for man(1).
std::string man_page();

// For "bash", "zsh" or "fish"; empty for another shell.
std::string completions(std::string_view shell);

}  // namespace akidb::embedding::cli
