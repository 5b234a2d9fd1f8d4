#include "cli/flags/config_file.hpp"

// toml++ 3.3 asserts what a file such as "[=" makes false (without assertions, Clang would be told to count on it), and
// goes on to report that as the error that it is.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/file.hpp"
#include "cli/flags/check.hpp"
#include "cli/flags/flag.hpp"
#include "cli/flags/suggest.hpp"
#include "cli/flags/toml_text.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kLimit = 1 << 20;

constexpr std::string_view kModels = "models";

// Keys of a model that are no flags.
constexpr std::string_view kName = "name";
constexpr std::string_view kAliases = "aliases";
constexpr std::string_view kPrompts = "prompts";
constexpr std::string_view kDefaultPrompt = "default-prompt";

std::string did_you_mean(std::string_view typed, const std::vector<std::string_view>& names) {
  const auto name = nearest(typed, names);
  return name.empty() ? std::string() : "; did you mean " + std::string(name) + "?";
}

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number with a fraction";
    case toml::node_type::boolean: return "true or false";
    case toml::node_type::array: return "a list";
    case toml::node_type::table: return "a table";
    default: return "a date or time";
  }
}

// What a flag's value may be in the file.
std::string expected_of(const Flag& flag, bool is_list) {
  switch (flag.kind) {
    case FlagKind::toggle: return "true or false";
    case FlagKind::count:
      return "a whole number from " + std::to_string(flag.lowest) + " to " + std::to_string(flag.highest);
    case FlagKind::choice: return list_of(choices(flag)) + " in quotes";
    case FlagKind::text:
    case FlagKind::path: break;
  }
  return is_list ? "text in quotes, or a list of such" : "text in quotes";
}

Error at_line(const std::filesystem::path& file, std::size_t line, std::string_view problem) {
  return {ErrorCode::invalid_argument,
          file.filename().string() + ": line " + std::to_string(line) + ": " + std::string(problem),
          file.string(),
          {}};
}

class Reader {
 public:
  Reader(const std::filesystem::path& file, Command command) : file_(file), command_(command) {}

  Result<ConfigFile> read(const toml::table& root) {
    for (const auto& [key, node] : root) {
      if (const auto* section = node.as_table()) {
        read_section(key, *section);
      } else if (const Flag* flag = flag_of(key)) {
        std::string value = value_of(*flag, key, node, false);
        if (takes(command_, *flag)) general_[std::string(key.str())] = std::move(value);
      }
    }
    if (problem_) return *std::move(problem_);
    found_.values.merge(general_);
    return std::move(found_);
  }

 private:
  using Key = toml::key;

  void read_section(const Key& name, const toml::table& section) {
    const auto command = find_command(name.str());
    if (!command) {
      std::vector<std::string_view> names;
      for (const auto& info : command_table()) names.push_back(info.name);
      fail(name, "unknown section [" + std::string(name.str()) + "]" + did_you_mean(name.str(), names));
      return;
    }
    for (const auto& [key, node] : section) {
      if (*command == Command::serve && key.str() == kModels) {
        read_models(section, key, node);
        continue;
      }
      const Flag* flag = flag_of(key);
      if (flag == nullptr) return;
      if (!takes(*command, *flag)) {
        fail(key, "[" + std::string(name.str()) + "] does not take " + std::string(key.str()));
        return;
      }
      std::string value = value_of(*flag, key, node, repeats(*command, *flag));
      if (*command == command_) found_.values[std::string(key.str())] = std::move(value);
    }
  }

  void read_models(const toml::table& section, const Key& key, const toml::node& node) {
    const auto* list = node.as_array();
    if (section.contains("model")) {
      fail(key, "models: expected either model or models, got both");
      return;
    }
    if (list == nullptr || !list->is_homogeneous(toml::node_type::table)) {
      fail(key, "models: expected a section [[serve.models]] for each, got " + std::string(kind_of(node)));
      return;
    }
    for (const auto& each : *list) {
      ModelTable model;
      for (const auto& [name, value] : *each.as_table()) read_model_key(name, value, model);
      if (command_ == Command::serve) found_.models.push_back(std::move(model));
    }
  }

  void read_model_key(const Key& key, const toml::node& node, ModelTable& model) {
    const auto name = key.str();
    if (name == kName) {
      model.name = text_of(key, node);
    } else if (name == kDefaultPrompt) {
      model.default_prompt = text_of(key, node);
    } else if (name == kAliases) {
      model.aliases = texts_of(key, node);
    } else if (name == kPrompts) {
      const auto* table = node.as_table();
      if (table == nullptr) {
        fail(key, "prompts: expected a table of NAME = \"text\", got " + std::string(kind_of(node)));
        return;
      }
      for (const auto& [prompt, text] : *table) model.prompts[std::string(prompt.str())] = text_of(prompt, text, true);
    } else if (const Flag* flag = find_flag(name); flag != nullptr && suits_one_model(*flag)) {
      model.values[std::string(name)] = value_of(*flag, key, node, false);
    } else {
      fail(key, "unknown key " + std::string(name) + " of a model" + did_you_mean(name, keys_of_a_model()));
    }
  }

  static std::vector<std::string_view> keys_of_a_model() {
    std::vector<std::string_view> names = {kName, kAliases, kPrompts, kDefaultPrompt};
    for (const auto& flag : flag_table()) {
      if (suits_one_model(flag)) names.push_back(flag.name);
    }
    return names;
  }

  const Flag* flag_of(const Key& key) {
    const Flag* flag = find_flag(key.str());
    if (flag != nullptr && flag->source == FlagSource::anywhere) return flag;
    const std::string name(key.str());
    if (flag != nullptr) {
      fail(key, name + " cannot be set in a config file");
      return nullptr;
    }
    std::vector<std::string_view> names;
    for (const auto& each : flag_table()) names.push_back(each.name);
    fail(key, "unknown key " + name + did_you_mean(name, names));
    return nullptr;
  }

  // As the flag's value is typed on the command line, checked. `lines`: may be several, which go on a line each.
  std::string value_of(const Flag& flag, const Key& key, const toml::node& node, bool lines) {
    const bool is_list = lines || flag.value_name.ends_with(",...");
    std::string value;
    if (is_list && node.is_array()) {
      for (const auto& text : texts_of(key, node)) value += (value.empty() ? "" : lines ? "\n" : ",") + text;
    } else if (flag.kind == FlagKind::toggle && node.is_boolean()) {
      value = node.as_boolean()->get() ? "true" : "false";
    } else if (flag.kind == FlagKind::count && node.is_integer()) {
      value = std::to_string(node.as_integer()->get());
    } else if (flag.kind != FlagKind::toggle && flag.kind != FlagKind::count && node.is_string()) {
      value = node.as_string()->get();
    } else {
      fail(key,
           std::string(key.str()) + ": expected " + expected_of(flag, is_list) + ", got " + std::string(kind_of(node)));
      return {};
    }
    if (problem_) return {};
    auto checked = checked_value(flag, value, std::string(key.str()));
    if (checked) return *std::move(checked);
    fail(key, checked.error().message);
    return {};
  }

  std::string text_of(const Key& key, const toml::node& node, bool may_be_empty = false) {
    if (const auto* text = node.as_string(); text != nullptr && (may_be_empty || !text->get().empty())) {
      return text->get();
    }
    fail(key, std::string(key.str()) + ": expected text in quotes, got " +
                  (node.is_string() ? "\"\"" : std::string(kind_of(node))));
    return {};
  }

  std::vector<std::string> texts_of(const Key& key, const toml::node& node) {
    std::vector<std::string> texts;
    const auto* list = node.as_array();
    if (list == nullptr) {
      fail(key, std::string(key.str()) + ": expected a list of texts in quotes, got " + std::string(kind_of(node)));
      return texts;
    }
    for (const auto& each : *list) texts.push_back(text_of(key, each));
    return texts;
  }

  // The first problem stays: the table is sorted by name, so the one that stands first in the file is looked for.
  void fail(const Key& key, std::string_view message) {
    const auto line = key.source().begin.line;
    if (problem_ && line >= problem_line_) return;
    problem_line_ = line;
    problem_ = at_line(file_, line, message);
  }

  const std::filesystem::path& file_;
  const Command command_;
  ConfigFile found_;
  std::map<std::string, std::string> general_;
  std::optional<Error> problem_;
  toml::source_index problem_line_ = 0;
};

// What a value may be: the parser says what it met, which is rarely what was meant.
constexpr std::string_view kForm = " (a value is text in quotes, a number, true or false, or a list [...] of them)";

}  // namespace

Result<ConfigFile> read_config(const std::filesystem::path& file, Command command) {
  const auto text = base::read_file(file, kLimit);
  if (!text) {
    return Error{ErrorCode::invalid_argument, "--config: " + text.error().message, text.error().detail, {}};
  }
  // toml++ 3.3 counts on it that none of these is below U+049A, whatever it does then.
  if (const auto bare = find_bare_non_ascii(*text)) {
    const auto line = 1 + std::count(text->begin(), text->begin() + static_cast<std::ptrdiff_t>(*bare), '\n');
    return at_line(file, static_cast<std::size_t>(line), "expected letters beyond ASCII in quotes and comments only");
  }
  try {
    return Reader(file, command).read(toml::parse(std::string_view(*text)));
  } catch (const toml::parse_error& error) {
    return at_line(file, error.source().begin.line, std::string(error.description()).append(kForm));
  }
}

}  // namespace akidb::embedding::cli
