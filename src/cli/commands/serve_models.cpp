#include "cli/commands/serve_models.hpp"

#include <filesystem>
#include <set>
#include <utility>

#include "cli/commands/options.hpp"

namespace akidb::embedding::cli {
namespace {

// A model that needs no name of its own: the last part of a folder's or a file's, else its id.
std::string default_name(const ProviderOptions& options) {
  if (options.provider == ProviderKind::hash) return "hash";
  if (std::error_code none; std::filesystem::exists(options.model, none)) {
    return (std::filesystem::path(options.model) / "").parent_path().filename().string();
  }
  return options.model;
}

server::ModelChoice choice_of(std::string name, std::vector<std::string> aliases, ProviderOptions options) {
  options.served_name = name.empty() ? default_name(options) : std::move(name);
  server::ModelChoice choice;
  choice.name = options.served_name;
  choice.aliases = std::move(aliases);
  choice.open = [options = std::move(options)] { return open(options); };
  return choice;
}

server::ModelChoice described(const ModelTable& table, Values values, const std::shared_ptr<Executor>& executor) {
  for (const auto& [name, value] : table.values) values.set(name, value);
  ProviderOptions options = provider_options(values);
  options.prompts = table.prompts;
  options.default_prompt = table.default_prompt;
  if (table.values.count("threads") == 0) options.executor = executor;
  return choice_of(table.name, table.aliases, std::move(options));
}

Result<void> check_names(const std::vector<server::ModelChoice>& models) {
  std::set<std::string> names;
  for (const auto& model : models) {
    std::vector<std::string> own = model.aliases;
    own.push_back(model.name);
    for (const auto& name : own) {
      if (names.insert(name).second) continue;
      return Error{
          ErrorCode::invalid_argument, "--model: two models are called " + name + "; NAME=MODEL names one", {}, {}};
    }
  }
  return {};
}

}  // namespace

Result<std::vector<ModelTable>> model_tables(const Invocation& invocation) {
  if (!invocation.models.empty()) return invocation.models;
  std::vector<ModelTable> tables;
  const std::string& lines = invocation.values.text("model");
  for (std::size_t begin = 0; begin < lines.size();) {
    const auto end = std::min(lines.find('\n', begin), lines.size());
    const std::string given = lines.substr(begin, end - begin);
    begin = end + 1;
    const auto mark = given.find('=');
    if (mark == 0 || given.ends_with('=')) {
      return Error{ErrorCode::invalid_argument, "--model: expected NAME=MODEL, got '" + given + "'", {}, {}};
    }
    ModelTable table;
    if (mark != std::string::npos) table.name = given.substr(0, mark);
    table.values["model"] = mark == std::string::npos ? given : given.substr(mark + 1);
    tables.push_back(std::move(table));
  }
  return tables;
}

Result<std::vector<server::ModelChoice>> models_of(const std::vector<ModelTable>& tables, const Values& values,
                                                   const std::shared_ptr<Executor>& executor) {
  std::vector<server::ModelChoice> models;
  for (const auto& table : tables) models.push_back(described(table, values, executor));
  if (auto checked = check_names(models); !checked) return checked.error();
  return models;
}

}  // namespace akidb::embedding::cli
