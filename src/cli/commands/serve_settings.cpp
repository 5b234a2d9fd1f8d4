#include "cli/commands/serve_settings.hpp"

#include <filesystem>
#include <string_view>

#include "cli/flags/flag.hpp"
#include "cli/output/json_text.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::string_view kMasked = "***";

// A URL may hold a password.
std::string without_user(const std::string& url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  const auto at = url.rfind('@', url.find('/', begin));
  if (at == std::string::npos || at < begin) return url;
  return url.substr(0, begin) + std::string(kMasked) + url.substr(at);
}

std::string last_part(const std::string& path) {
  return (std::filesystem::path(path) / "").parent_path().filename().string();
}

// A model's name may be a folder's path.
bool is_path(const Flag& flag, const std::string& value) {
  if (flag.kind == FlagKind::path) return true;
  return (flag.name == "model" || flag.name == "onnx-file") && value.find_first_of("/.~") == 0;
}

std::string shown(const Flag& flag, const std::string& value, Reader reader) {
  if (flag.is_secret) return std::string(kMasked);
  if (reader == Reader::client && is_path(flag, value)) return last_part(value);
  return without_user(value);
}

std::string json_of(const Flag& flag, const std::string& value, Reader reader) {
  if (flag.kind == FlagKind::toggle || flag.kind == FlagKind::count) return value;
  return json_string(shown(flag, value, reader));
}

class Object {
 public:
  void add(std::string_view name, const std::string& json) {
    text_ += (text_.empty() ? "{" : ",") + json_string(name) + ":" + json;
  }
  [[nodiscard]] std::string text() const { return text_.empty() ? "{}" : text_ + "}"; }

 private:
  std::string text_;
};

// Of the whole server: what is no model's, and what models that do not say otherwise share.
bool is_of_the_server(const Flag& flag) {
  return takes(Command::serve, flag) && flag.name != "help" && (!suits_one_model(flag) || flag.name == "threads");
}

bool waits_for_next_start(const Flag& flag) {
  const bool is_read_again = flag.name == "api-keys" || flag.name == "api-key-file" || flag.name == "config";
  return is_of_the_server(flag) && !is_read_again;
}

std::string server_json(const Values& values, Reader reader) {
  Object object;
  for (const auto& flag : flag_table()) {
    const auto& value = values.text(flag.name);
    if (is_of_the_server(flag) && !value.empty()) object.add(flag.name, json_of(flag, value, reader));
  }
  return object.text();
}

std::string model_json(const ModelTable& table, const Values& values, Reader reader) {
  Object object;
  if (!table.name.empty()) object.add("name", json_string(table.name));
  if (!table.aliases.empty()) {
    std::string list;
    for (const auto& alias : table.aliases) list += (list.empty() ? "" : ",") + json_string(alias);
    object.add("aliases", "[" + list + "]");
  }
  for (const auto& flag : flag_table()) {
    const bool is_remote = flag.section == FlagSection::remote;
    if (!suits_one_model(flag) || (is_remote && values.text("provider") != "remote")) continue;
    if (flag.name == "threads" && table.values.count("threads") == 0) continue;
    if (const auto& value = values.text(flag.name); !value.empty()) object.add(flag.name, json_of(flag, value, reader));
  }
  Object prompts;
  for (const auto& [name, text] : table.prompts) prompts.add(name, json_string(text));
  if (!table.prompts.empty()) object.add("prompts", prompts.text());
  if (!table.default_prompt.empty()) object.add("default-prompt", json_string(table.default_prompt));
  return object.text();
}

}  // namespace

std::string settings_json(const std::vector<ModelTable>& tables, const Values& common, Reader reader) {
  std::string models;
  for (const auto& table : tables) {
    Values values = common;
    for (const auto& [name, value] : table.values) values.set(name, value);
    models += (models.empty() ? "" : ",") + model_json(table, values, reader);
  }
  return "{\"serve\":" + server_json(common, reader) + ",\"models\":[" + models + "]}";
}

std::string changed_for_next_start(const Values& before, const Values& after) {
  std::string names;
  for (const auto& flag : flag_table()) {
    if (!waits_for_next_start(flag) || before.text(flag.name) == after.text(flag.name)) continue;
    names.append(names.empty() ? "" : ", ").append(flag.name);
  }
  return names;
}

Values in_effect(const Values& before, Values after) {
  for (const auto& flag : flag_table()) {
    if (waits_for_next_start(flag)) after.set(flag.name, before.text(flag.name));
  }
  return after;
}

}  // namespace akidb::embedding::cli
