// Which text the prompt of some name is: one rule for vectors and for the routes that show tokens.
#pragma once

#include <akidb/embedding/result.hpp>
#include <map>
#include <optional>
#include <string>

namespace akidb::embedding::base {

// Of a model's prompts by their names. Every model has "query" and "document", as in sentence-transformers: empty
// where its files name none.
std::optional<std::string> find_prompt(const std::map<std::string, std::string>& prompts, const std::string& name);

// For the prompt_name of a request, which is empty for no prompt; invalid_argument says which prompts there are.
Result<std::string> prompt_named(const std::map<std::string, std::string>& prompts, const std::string& name);

}  // namespace akidb::embedding::base
