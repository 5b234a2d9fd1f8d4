// From the words of a command line to an Invocation.
#pragma once

#include <akidb/embedding/result.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/flags/flag.hpp"
#include "cli/flags/values.hpp"

namespace akidb::embedding::cli {

struct Parsed {
  std::optional<Invocation> invocation;  // nothing: only `text` is to be printed
  std::string text;                      // help, version, man page or completions
};

// Value of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// `words` is argv without the program's name. Every error is invalid_argument, one sentence that says what
// is allowed. An empty environment variable counts as unset.
Result<Parsed> parse_command_line(std::span<const std::string> words, const Environment& environment);

}  // namespace akidb::embedding::cli
