#include "base/prompt_lookup.hpp"

namespace akidb::embedding::base {
namespace {

std::string names_of(const std::map<std::string, std::string>& prompts) {
  std::string names;
  for (const auto& [name, text] : prompts) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "the model has none" : "the model has " + names;
}

}  // namespace

std::optional<std::string> find_prompt(const std::map<std::string, std::string>& prompts, const std::string& name) {
  const auto found = prompts.find(name);
  if (found != prompts.end()) return found->second;
  if (name == "query" || name == "document") return "";
  return std::nullopt;
}

Result<std::string> prompt_named(const std::map<std::string, std::string>& prompts, const std::string& name) {
  if (name.empty()) return std::string();
  auto text = find_prompt(prompts, name);
  if (text) return *std::move(text);
  return Error{ErrorCode::invalid_argument, "prompt_name: no prompt \"" + name + "\"; " + names_of(prompts), {}, {}};
}

}  // namespace akidb::embedding::base
