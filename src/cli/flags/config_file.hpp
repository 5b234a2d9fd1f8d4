// The config file: NAME = value lines for all commands, then sections [COMMAND] for one.
//
//   model = "sentence-transformers/all-MiniLM-L6-v2"
//   threads = 4
//   [embed]
//   format = "npy"
//
// The syntax is CLI11's: a subset of TOML, with # for comments.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <map>
#include <string>

#include "cli/flags/command.hpp"

namespace akidb::embedding::cli {

// Values for `command` by flag name, unchecked; a section wins over what stands before all sections. An
// unknown section or key is invalid_argument, even where it is another command's; a key of another command
// is passed over.
Result<std::map<std::string, std::string>> read_config(const std::filesystem::path& file, Command command);

}  // namespace akidb::embedding::cli
