// The commands of the program, one record each: dispatch, help, man page and completions come from it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace akidb::embedding::cli {

enum class Command : std::uint8_t {
  embed,
  similarity,
  search,
  tokenize,
  convert,
  quantize,
  pull,
  list,
  verify,
  remove,
  bench,
  doctor,
  serve,
};

// A set of commands, a bit each.
using CommandSet = std::uint16_t;

constexpr CommandSet bit(Command command) { return static_cast<CommandSet>(1U << static_cast<unsigned>(command)); }

template <class... Commands>
constexpr CommandSet commands(Commands... each) {
  return static_cast<CommandSet>((0U | ... | bit(each)));
}

constexpr CommandSet every_command() { return (1U << 13) - 1; }

struct Example {
  std::string_view line;
  std::string_view says;
};

struct CommandInfo {
  Command command;
  std::string_view name;
  std::string_view summary;      // one line, no full stop
  std::string_view arguments;    // "[TEXT ...]", as usage shows them; empty where there are none
  std::string_view description;  // paragraphs, separated by an empty line
  std::span<const Example> examples;
  std::string_view input = {};  // where a command without arguments takes its input from, for who gives it some
};

// Those of this build.
std::span<const CommandInfo> command_table();

// Of all commands, those that this build lacks included.
const CommandInfo& command_info(Command command) noexcept;
std::optional<Command> find_command(std::string_view name) noexcept;

// Why this build lacks the command, and how to build one that has it; empty where it has.
std::string_view absence_of(Command command) noexcept;

}  // namespace akidb::embedding::cli
