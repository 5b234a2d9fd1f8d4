// Errors of the library about what came by a flag, in the words of the command line.
#pragma once

#include <akidb/embedding/error.hpp>

#include "cli/flags/command.hpp"

namespace akidb::embedding::cli {

// "max_length: expected ..." is "--max-length: expected ..." where the command takes that flag; other errors as they
// are.
Error in_flag_names(Error error, Command command);

}  // namespace akidb::embedding::cli
