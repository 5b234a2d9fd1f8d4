// The flags of one command's line, by CLI11, unchecked.
#pragma once

#include <akidb/embedding/result.hpp>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "cli/flags/command.hpp"

namespace akidb::embedding::cli {

struct Line {
  std::map<std::string, std::string> values;  // by flag name; the last one given counts
  std::vector<std::string> arguments;
};

// `words` follow the command's name. What comes after "--" is an argument, however it looks.
Result<Line> read_line(Command command, std::span<const std::string> words);

}  // namespace akidb::embedding::cli
