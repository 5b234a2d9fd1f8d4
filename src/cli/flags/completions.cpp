#include <string>

#include "cli/flags/flag.hpp"
#include "cli/flags/help.hpp"

namespace akidb::embedding::cli {
namespace {

std::string command_names() {
  std::string names;
  for (const auto& info : command_table()) names += (names.empty() ? "" : " ") + std::string(info.name);
  return names;
}

std::string spaced(std::string_view choices_text) {
  std::string words(choices_text);
  for (char& c : words) c = c == '|' ? ' ' : c;
  return words;
}

// In single quotes, for any of the shells.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string bash() {
  std::string out =
      "# bash completion of akidb-embed: source <(akidb-embed --completions bash)\n_akidb_embed() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} flags=\n"
      "  if ((COMP_CWORD == 1)); then\n    COMPREPLY=($(compgen -W '" +
      command_names() + " --help --version --man --completions' -- \"$word\"))\n    return\n  fi\n  case $before in\n";
  for (const auto& flag : flag_table()) {
    if (flag.kind == FlagKind::toggle) continue;
    out += "    --" + std::string(flag.name);
    if (flag.letter != 0) out += std::string("|-") + flag.letter;
    out += ") ";
    if (flag.kind == FlagKind::choice) {
      out += "COMPREPLY=($(compgen -W '" + spaced(flag.value_name) + "' -- \"$word\")); ";
    } else if (flag.kind == FlagKind::path || flag.name == "model") {
      out += "COMPREPLY=($(compgen -f -- \"$word\")); ";
    }
    out += "return ;;\n";
  }
  out += "  esac\n  case ${COMP_WORDS[1]} in\n";
  for (const auto& info : command_table()) {
    out += "    " + std::string(info.name) + ") flags='";
    for (const auto& flag : flag_table()) {
      if (takes(info.command, flag)) out += "--" + std::string(flag.name) + " ";
    }
    out += "' ;;\n";
  }
  return out +
         "  esac\n  COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n}\ncomplete -o default -F _akidb_embed "
         "akidb-embed\n";
}

std::string zsh_flag(const Flag& flag) {
  std::string help;
  for (const char c : flag.help)
    help += c == '[' || c == ']' || c == ':' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  std::string entry = "--" + std::string(flag.name) + "[" + help + "]";
  if (flag.kind == FlagKind::choice) entry += ":" + std::string(flag.name) + ":(" + spaced(flag.value_name) + ")";
  if (flag.kind == FlagKind::path || flag.name == "model") entry += ":" + std::string(flag.name) + ":_files";
  if (flag.kind == FlagKind::count || (flag.kind == FlagKind::text && flag.name != "model")) {
    entry += ":" + std::string(flag.name) + ":";
  }
  return quoted(entry);
}

std::string zsh() {
  std::string out = "#compdef akidb-embed\n_akidb_embed() {\n  if ((CURRENT == 2)); then\n    local -a commands=(\n";
  for (const auto& info : command_table())
    out += "      " + quoted(std::string(info.name) + ":" + std::string(info.summary)) + "\n";
  out +=
      "    )\n    _describe command commands\n    return\n  fi\n  local command=$words[2]\n"
      "  shift words\n  ((CURRENT--))\n  case $command in\n";
  for (const auto& info : command_table()) {
    out += "    " + std::string(info.name) + ") _arguments";
    for (const auto& flag : flag_table()) {
      if (takes(info.command, flag)) out += " \\\n      " + zsh_flag(flag);
    }
    out += " \\\n      '*:text:_files' ;;\n";
  }
  return out + "  esac\n}\ncompdef _akidb_embed akidb-embed\n";
}

std::string fish() {
  std::string out = "# fish completion of akidb-embed\n";
  for (const auto& info : command_table()) {
    out += "complete -c akidb-embed -n __fish_use_subcommand -a " + std::string(info.name) + " -d " +
           quoted(info.summary) + "\n";
  }
  for (const auto& flag : flag_table()) {
    out += "complete -c akidb-embed -n '__fish_seen_subcommand_from";
    for (const auto& info : command_table()) {
      if (takes(info.command, flag)) out += " " + std::string(info.name);
    }
    out += "' -l " + std::string(flag.name);
    if (flag.letter != 0) out += std::string(" -s ") + flag.letter;
    if (flag.kind == FlagKind::choice) out += " -x -a " + quoted(spaced(flag.value_name));
    if (flag.kind == FlagKind::path || flag.name == "model") out += " -r -F";
    if (flag.kind == FlagKind::count || (flag.kind == FlagKind::text && flag.name != "model")) out += " -x";
    out += " -d " + quoted(flag.help) + "\n";
  }
  return out;
}

}  // namespace

std::string completions(std::string_view shell) {
  if (shell == "bash") return bash();
  if (shell == "zsh") return zsh();
  if (shell == "fish") return fish();
  return {};
}

}  // namespace akidb::embedding::cli
