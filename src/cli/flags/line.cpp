#include "cli/flags/line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/flags/flag.hpp"
#include "cli/flags/suggest.hpp"

namespace akidb::embedding::cli {
namespace {

Error wrong(std::string message) { return {ErrorCode::invalid_argument, std::move(message), {}, {}}; }

bool looks_like_flag(const std::string& word) { return word.size() > 1 && word.front() == '-'; }

std::string names_of(const Flag& flag) {
  std::string names = "--" + std::string(flag.name);
  if (flag.letter != 0) names += std::string(",-") + flag.letter;
  if (flag.kind == FlagKind::toggle) names += ",!--no-" + std::string(flag.name);
  return names;
}

const Flag* flag_in(Command command, const std::string& word) {
  for (const auto& flag : flag_table()) {
    if (!takes(command, flag)) continue;
    if (word == "--" + std::string(flag.name)) return &flag;
    if (flag.letter != 0 && word == std::string("-") + flag.letter) return &flag;
  }
  return nullptr;
}

Error unknown(Command command, const std::string& word) {
  const std::string typed = word.substr(0, word.find('='));
  const std::string name = typed.substr(std::min(typed.find_first_not_of('-'), typed.size()));
  std::vector<std::string_view> takers;
  if (const Flag* flag = find_flag(name); flag != nullptr && !takes(command, *flag)) {
    for (const auto& info : command_table()) {
      if (takes(info.command, *flag)) takers.push_back(info.name);
    }
  }
  if (!takers.empty()) {
    return wrong(std::string(command_info(command).name) + " does not take " + typed + "; " + list_of(takers) +
                 (takers.size() == 1 ? " does" : " do"));
  }
  std::vector<std::string_view> names;
  for (const auto& flag : flag_table()) {
    if (takes(command, flag)) names.push_back(flag.name);
  }
  std::string message = "unknown flag " + typed;
  if (const auto near = nearest(name, names); !near.empty()) {
    message += "; did you mean --" + std::string(near) + "?";
  } else {
    message += "; akidb-embed " + std::string(command_info(command).name) +
               " --help lists them, and texts that begin with - go after --";
  }
  return wrong(std::move(message));
}

// CLI11 would take the next flag as the value, or the next word as the value of "--name=".
std::optional<Error> missing_value(Command command, std::span<const std::string> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    const bool empty = looks_like_flag(word) && word.back() == '=';
    const Flag* flag = flag_in(command, empty ? word.substr(0, word.size() - 1) : word);
    if (flag == nullptr || flag->kind == FlagKind::toggle) continue;
    if (empty || i + 1 == words.size() || flag_in(command, words[i + 1]) != nullptr) {
      return wrong("--" + std::string(flag->name) + " needs a value: " + std::string(flag->value_name));
    }
    ++i;
  }
  return std::nullopt;
}

Result<std::vector<std::string>> run_cli11(CLI::App& app, std::span<const std::string> words) {
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    return app.remaining();
  } catch (const CLI::Error& error) {
    return wrong(error.what());
  }
}

}  // namespace

Result<Line> read_line(Command command, std::span<const std::string> words) {
  const auto mark = std::find(words.begin(), words.end(), "--");
  const auto before = words.first(static_cast<std::size_t>(mark - words.begin()));
  if (auto error = missing_value(command, before)) return *error;

  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::map<std::string, CLI::Option*> options;
  for (const auto& flag : flag_table()) {
    if (!takes(command, flag)) continue;
    auto* option = flag.kind == FlagKind::toggle ? app.add_flag(names_of(flag)) : app.add_option(names_of(flag));
    if (flag.kind != FlagKind::toggle) option->expected(1);
    const auto policy = repeats(command, flag) ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast;
    options[std::string(flag.name)] = option->multi_option_policy(policy);
  }

  auto rest = run_cli11(app, before);
  if (!rest) return rest.error();
  Line line;
  for (auto& word : *rest) {
    if (looks_like_flag(word)) return unknown(command, word);
    line.arguments.push_back(std::move(word));
  }
  if (mark != words.end()) line.arguments.insert(line.arguments.end(), std::next(mark), words.end());
  for (const auto& [name, option] : options) {
    if (option->count() == 0) continue;
    auto& value = line.values[name];
    for (const auto& each : option->reduced_results()) value += (value.empty() ? "" : "\n") + each;
  }
  return line;
}

}  // namespace akidb::embedding::cli
