#include "providers/asked_prompts.hpp"

namespace akidb::embedding::providers {

Result<pipeline::PromptTable> prompts_as_asked(pipeline::PromptTable own, const ProviderOptions& options) {
  for (const auto& [name, text] : options.prompts) own.by_name.insert_or_assign(name, text);
  if (options.default_prompt.empty()) return own;
  if (own.by_name.count(options.default_prompt) == 0) {
    std::string names;
    for (const auto& [name, text] : own.by_name) names += (names.empty() ? "" : ", ") + name;
    return Error{ErrorCode::invalid_argument,
                 "default_prompt: expected " +
                     (names.empty() ? "none, as the model has no prompts" : "one of " + names) + ", got '" +
                     options.default_prompt + "'",
                 {},
                 {}};
  }
  own.default_name = options.default_prompt;
  return own;
}

}  // namespace akidb::embedding::providers
