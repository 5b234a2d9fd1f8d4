// The flags of the program, one record each. Parser, environment variables, config file, --help, man page
// and shell completions all come from this table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/flags/command.hpp"

namespace akidb::embedding::cli {

enum class FlagKind : std::uint8_t {
  toggle,  // no value; --no-NAME turns it off
  text,    // any value
  path,    // a file or folder (completions offer files)
  choice,  // one of the words in value_name, which are separated by '|'
  count,   // a whole number from `lowest` to `highest`
};

enum class FlagSection : std::uint8_t { model, remote, request, input, output, network, limits, general };

// Where a value may come from. The command line wins over the environment, which wins over the file.
enum class FlagSource : std::uint8_t { anywhere, line_or_environment, line };

struct Flag {
  std::string_view name;  // without dashes; also the key in the config file
  char letter;            // "-m", or 0
  FlagKind kind;
  std::string_view value_name;     // "FILE", or the choices: "auto|cpu"
  std::string_view default_value;  // as it would be typed; empty: none
  FlagSection section;
  CommandSet commands;    // that take it
  std::string_view help;  // for all commands, but those that help_of() knows better
  std::uint64_t lowest = 0;
  std::uint64_t highest = UINT64_MAX;
  FlagSource source = FlagSource::anywhere;
  CommandSet repeats = 0;  // of the commands, those that take it several times; its value then has a line for each
  bool is_secret = false;  // its value is never shown
};

// Those that a command of this build takes.
std::span<const Flag> flag_table();

// Of all flags, as a config file may be shared between builds. Null where there is none.
const Flag* find_flag(std::string_view name) noexcept;

inline bool repeats(Command command, const Flag& flag) noexcept { return (flag.repeats & bit(command)) != 0; }

inline bool takes(Command command, const Flag& flag) noexcept { return (flag.commands & bit(command)) != 0; }

// Whether each model of `serve` may have its own value (config_file.hpp).
inline bool suits_one_model(const Flag& flag) noexcept {
  const bool is_of_models = flag.section == FlagSection::model || flag.section == FlagSection::remote;
  return takes(Command::serve, flag) && is_of_models;
}

// What the flag does in a command, where that is not the same in all of them.
std::string_view help_of(const Flag& flag, Command command) noexcept;

// What it is in a command where nobody gives it; empty: nothing.
std::string_view default_of(const Flag& flag, Command command) noexcept;

std::string_view section_title(FlagSection section) noexcept;

// "AKIDB_EMBED_INPUT_FORMAT" for "input-format".
std::string environment_name(const Flag& flag);

// Words of a choice, in their order.
std::vector<std::string_view> choices(const Flag& flag);

}  // namespace akidb::embedding::cli
