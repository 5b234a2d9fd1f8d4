#include "cli/flags/parse.hpp"

#include <utility>
#include <vector>

#include "cli/flags/check.hpp"
#include "cli/flags/config_file.hpp"
#include "cli/flags/help.hpp"
#include "cli/flags/line.hpp"
#include "cli/flags/suggest.hpp"

namespace akidb::embedding::cli {
namespace {

Error wrong(std::string message) { return {ErrorCode::invalid_argument, std::move(message), {}, {}}; }

Error unknown_command(const std::string& word) {
  std::vector<std::string_view> names;
  for (const auto& info : command_table()) names.push_back(info.name);
  if (!word.empty() && word.front() == '-') return wrong("the command comes first: " + list_of(names));
  const auto near = nearest(word, names);
  if (!near.empty()) return wrong("unknown command " + word + "; did you mean " + std::string(near) + "?");
  return wrong("unknown command " + word + "; expected " + list_of(names));
}

Result<Command> command_named(const std::string& word) {
  const auto command = find_command(word);
  if (!command) return unknown_command(word);
  const auto absence = absence_of(*command);
  if (absence.empty()) return *command;
  return Error{ErrorCode::unsupported, word + ": " + std::string(absence), {}, {}};
}

Result<Parsed> completions_for(std::span<const std::string> words) {
  std::string text = words.size() == 2 ? completions(words[1]) : std::string();
  if (text.empty()) return wrong("--completions needs a shell: bash, zsh or fish");
  return Parsed{{}, std::move(text)};
}

// The command line, then the environment: the first of them that has the flag.
Result<std::optional<std::string>> given(const Flag& flag, const Line& line, const Environment& environment) {
  const std::string name(flag.name);
  if (const auto found = line.values.find(name); found != line.values.end()) {
    auto value = checked_value(flag, found->second, "--" + name);
    if (!value) return value.error();
    return std::optional(*std::move(value));
  }
  if (flag.source == FlagSource::line) return std::optional<std::string>();
  const std::string variable = environment_name(flag);
  const auto found = environment(variable);
  if (!found || found->empty()) return std::optional<std::string>();
  auto value = checked_value(flag, *found, variable);
  if (!value) return value.error();
  return std::optional(*std::move(value));
}

Result<ConfigFile> config_of(Command command, const Line& line, const Environment& environment) {
  auto file = given(*find_flag("config"), line, environment);
  if (!file) return file.error();
  if (!*file) return ConfigFile();
  return read_config(**file, command);
}

Result<Invocation> settle(Command command, const Line& line, const Environment& environment) {
  auto config = config_of(command, line, environment);
  if (!config) return config.error();
  Invocation invocation{command, {}, line.arguments, std::move(config->models)};
  for (const auto& flag : flag_table()) {
    if (!takes(command, flag)) continue;
    auto value = given(flag, line, environment);
    if (!value) return value.error();
    if (*value) {
      invocation.values.set(flag.name, **std::move(value));
      if (flag.name == "model") invocation.models.clear();
    } else if (const auto found = config->values.find(std::string(flag.name)); found != config->values.end()) {
      invocation.values.set(flag.name, std::move(found->second));
    } else if (const auto unless_given = default_of(flag, command); !unless_given.empty()) {
      invocation.values.set(flag.name, std::string(unless_given));
    }
  }
  return invocation;
}

}  // namespace

Result<Parsed> parse_command_line(std::span<const std::string> words, const Environment& environment) {
  if (words.empty()) return wrong("expected a command; akidb-embed --help lists them");
  if (words[0] == "help" && words.size() == 2) {
    const auto asked = command_named(words[1]);
    if (!asked) return asked.error();
    return Parsed{{}, command_help(*asked)};
  }
  if (words[0] == "help" || words[0] == "--help" || words[0] == "-h") return Parsed{{}, program_help()};
  if (words[0] == "--version") return Parsed{{}, version_line()};
  if (words[0] == "--man") return Parsed{{}, man_page()};
  if (words[0] == "--completions") return completions_for(words);

  const auto command = command_named(words[0]);
  if (!command) return command.error();
  auto line = read_line(*command, words.subspan(1));
  if (!line) return line.error();
  if (line->values.contains("help")) return Parsed{{}, command_help(*command)};
  const auto& info = command_info(*command);
  if (info.arguments.empty() && !line->arguments.empty()) {
    return wrong(std::string(info.name) + " takes no arguments, got '" + line->arguments[0] + "'" +
                 (info.input.empty() ? "" : "; " + std::string(info.input)));
  }
  auto invocation = settle(*command, *line, environment);
  if (!invocation) return invocation.error();
  invocation->read_again = [command = *command, line = *line, environment] {
    return settle(command, line, environment);
  };
  return Parsed{*std::move(invocation), {}};
}

}  // namespace akidb::embedding::cli
