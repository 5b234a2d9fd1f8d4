// The config file: TOML. NAME = value for all commands, then sections [COMMAND] for one, and the models of `serve`.
//
//   threads = 4
//
//   [embed]
//   format = "npy"
//
//   [serve]
//   port = 8080
//
//   [[serve.models]]
//   name = "small"
//   model = "sentence-transformers/all-MiniLM-L6-v2"
//   dtype = "int8"
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cli/flags/command.hpp"
#include "cli/flags/values.hpp"

namespace akidb::embedding::cli {

struct ConfigFile {
  std::map<std::string, std::string> values;  // by flag, checked
  std::vector<ModelTable> models;             // of `serve`; empty for other commands
};

// What the file says for `command`; a section wins over what stands before all sections. A key, section or value that
// is wrong is invalid_argument with its line and what is allowed, even where it is another command's; a key of another
// command is passed over.
Result<ConfigFile> read_config(const std::filesystem::path& file, Command command);

}  // namespace akidb::embedding::cli
