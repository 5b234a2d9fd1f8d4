#include "cli/flags/help.hpp"

#include "cli/flags/flag.hpp"
#include "cli/terminal/wrap.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kColumn = 32;  // where the explanations begin

std::string flag_heading(const Flag& flag) {
  std::string heading = flag.letter != 0 ? std::string("  -") + flag.letter + ", " : "      ";
  heading += "--" + std::string(flag.name);
  if (flag.kind != FlagKind::toggle) heading += " " + std::string(flag.value_name);
  return heading;
}

std::string explanation(const Flag& flag, Command command) {
  std::string text(help_of(flag, command));
  if (!flag.default_value.empty() && flag.default_value != "-") {
    text += " [default: " + std::string(flag.default_value) + "]";
  }
  return text;
}

std::string usage(const CommandInfo& info) {
  std::string line = "akidb-embed " + std::string(info.name);
  if (!info.arguments.empty()) line += " " + std::string(info.arguments);
  return line + " [FLAGS]";
}

}  // namespace

std::string version_line() { return "akidb-embed " AKIDB_EMBEDDING_VERSION "\n"; }

std::string program_help() {
  std::string text =
      "akidb-embed turns text into vectors for a vector database.\n\nUsage: akidb-embed COMMAND [FLAGS]\n\n";
  for (const auto& info : command_table()) text += hanging("  " + std::string(info.name), info.summary, 15, kWidth);
  text += "\nakidb-embed COMMAND --help shows the flags of a command, with examples.\n\n";
  text += hanging("  --version", "Show the version", 33, kWidth);
  text += hanging("  --man", "Print the manual page (akidb-embed --man | man -l -)", 33, kWidth);
  text += hanging("  --completions bash|zsh|fish", "Print the completions of a shell", 33, kWidth);
  return text;
}

std::string command_help(Command command) {
  const auto& info = command_info(command);
  std::string text = std::string(info.summary) + ".\n\nUsage: " + usage(info) + "\n\n";
  text += wrapped(info.description, 0, kWidth) + "\nExamples:\n";
  for (const auto& example : info.examples) {
    text += "  # " + std::string(example.says) + "\n  " + std::string(example.line) + "\n";
  }
  for (const auto section : {FlagSection::input, FlagSection::output, FlagSection::request, FlagSection::model,
                             FlagSection::remote, FlagSection::network, FlagSection::limits, FlagSection::general}) {
    bool first = true;
    for (const auto& flag : flag_table()) {
      if (flag.section != section || !takes(command, flag)) continue;
      if (first) text += "\n" + std::string(section_title(section)) + ":\n";
      first = false;
      text += hanging(flag_heading(flag), explanation(flag, command), kColumn, kWidth);
    }
  }
  return text + "\n" +
         wrapped(
             "Every flag can also be set by an environment variable, AKIDB_EMBED_ and its name (AKIDB_EMBED_MODEL), "
             "and "
             "by its name in a --config file.",
             0, kWidth);
}

}  // namespace akidb::embedding::cli
