#include "cli/flags/config_file.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <vector>

#include "base/file.hpp"
#include "base/utf8.hpp"
#include "cli/flags/flag.hpp"
#include "cli/flags/suggest.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kLimit = 1 << 20;

Error wrong(const std::filesystem::path& file, std::string problem) {
  return {ErrorCode::invalid_argument, file.filename().string() + ": " + std::move(problem), file.string(), {}};
}

std::string did_you_mean(std::string_view typed, const std::vector<std::string_view>& names) {
  const auto name = nearest(typed, names);
  return name.empty() ? std::string() : "; did you mean " + std::string(name) + "?";
}

Result<const Flag*> flag_of(const std::filesystem::path& file, const std::string& key) {
  const Flag* flag = find_flag(key);
  if (flag != nullptr && flag->source == FlagSource::anywhere) return flag;
  if (flag != nullptr) return wrong(file, key + " cannot be set in a config file");
  std::vector<std::string_view> names;
  for (const auto& each : flag_table()) names.push_back(each.name);
  return wrong(file, "unknown key " + key + did_you_mean(key, names));
}

Result<Command> section_of(const std::filesystem::path& file, const std::string& name) {
  if (const auto command = find_command(name)) return *command;
  std::vector<std::string_view> names;
  for (const auto& info : command_table()) names.push_back(info.name);
  return wrong(file, "unknown section [" + name + "]" + did_you_mean(name, names));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// What CLI11 passes over in silence; nothing where the line may be good.
std::string_view line_problem(std::string_view line) {
  if (base::find_invalid_utf8(line)) return "expected UTF-8";
  for (const char c : line) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r') || c == 0x7F) {
      return "expected text, found a control character";
    }
  }
  line = trimmed(line);
  if (line.starts_with('#')) return {};
  if (line.starts_with("[[")) return "expected a section [COMMAND], found [[";
  if (line.starts_with('[')) return {};
  const auto name = trimmed(line.substr(0, line.find('=')));
  if (name.empty() && !line.empty()) return "expected NAME = value, found no name";
  if (name == "++" || name == "--") return "expected NAME = value, found no name";  // marks of CLI11's own
  return {};
}

Result<void> check_lines(const std::filesystem::path& file, std::string_view text) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = text.substr(0, text.find('\n'));
    const auto problem = line_problem(line);
    if (!problem.empty()) return wrong(file, "line " + std::to_string(number) + ": " + std::string(problem));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return {};
}

Result<std::vector<CLI::ConfigItem>> parse(const std::filesystem::path& file) {
  auto text = base::read_file(file, kLimit);
  if (!text) {
    return Error{ErrorCode::invalid_argument, "--config: " + text.error().message, text.error().detail, {}};
  }
  if (text->starts_with("\xEF\xBB\xBF")) text->erase(0, 3);  // a byte order mark
  if (auto checked = check_lines(file, *text); !checked) return checked.error();
  std::istringstream stream(*text);
  try {
    return CLI::ConfigTOML().from_config(stream);
  } catch (const CLI::Error& error) {
    return wrong(file, error.what());
  }
}

}  // namespace

Result<std::map<std::string, std::string>> read_config(const std::filesystem::path& file, Command command) {
  auto items = parse(file);
  if (!items) return items.error();
  std::map<std::string, std::string> general;
  std::map<std::string, std::string> own;
  for (const auto& item : *items) {
    if (item.name == "++" || item.name == "--") continue;  // CLI11's marks of a section's begin and end
    if (item.parents.size() > 1) return wrong(file, "unknown section [" + item.fullname() + "]");
    auto flag = flag_of(file, item.name);
    if (!flag) return flag.error();
    if (item.inputs.size() != 1 || item.inputs[0].find('"') == 0) {
      return wrong(
          file,
          item.name + ": expected one value (text with spaces or commas stands in quotes, and # begins a comment)");
    }
    if (item.parents.empty()) {
      if (takes(command, **flag)) general[item.name] = item.inputs[0];
      continue;
    }
    auto section = section_of(file, item.parents[0]);
    if (!section) return section.error();
    if (!takes(*section, **flag)) return wrong(file, "[" + item.parents[0] + "] does not take " + item.name);
    if (*section == command) own[item.name] = item.inputs[0];
  }
  own.merge(general);
  return own;
}

}  // namespace akidb::embedding::cli
