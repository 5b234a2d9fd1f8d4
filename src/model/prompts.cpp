#include "model/prompts.hpp"

#include <string>
#include <string_view>

#include "base/prompt_lookup.hpp"

namespace akidb::embedding::model {
namespace {

using base::JsonKind;
using base::JsonValue;

Result<void> read_prompt(std::string_view name, const JsonValue& value, Prompts& prompts) {
  std::string& prompt = prompts.by_name[std::string(name)];
  if (value.is(JsonKind::null)) return {};
  const auto text = value.as_string();
  if (!text) return text.error();
  prompt = *text;
  return {};
}

}  // namespace

Result<Prompts> read_prompts(const JsonValue& root) {
  if (!root.is(JsonKind::object)) return root.corrupt("expected an object");
  Prompts prompts;
  if (const auto object = root.find("prompts")) {
    auto outcome = object->for_each_member(
        [&](std::string_view name, const JsonValue& value) { return read_prompt(name, value, prompts); });
    if (!outcome) return outcome.error();
  }
  const auto name = root.string_or("default_prompt_name", "");
  if (!name) return name.error();
  if (name->empty()) return prompts;
  auto text = base::find_prompt(prompts.by_name, *name);
  if (!text) return root.corrupt("default_prompt_name: there is no prompt \"" + *name + "\"");
  prompts.by_name.try_emplace(*name, *std::move(text));
  prompts.default_name = *name;
  return prompts;
}

}  // namespace akidb::embedding::model
