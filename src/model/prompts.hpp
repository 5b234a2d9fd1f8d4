// config_sentence_transformers.json: texts that are put before an input.
#pragma once

#include <akidb/embedding/result.hpp>

#include "base/json.hpp"
#include "model/model.hpp"

namespace akidb::embedding::model {

// {"prompts": {name: string | null, ...}?, "default_prompt_name": string?}; all else is passed over. A
// prompt that is null is the empty text, as in the reference, which also has "query" and "document" as
// empty prompts where the file has not. A default that names no prompt is data_corrupt.
Result<Prompts> read_prompts(const base::JsonValue& root);

}  // namespace akidb::embedding::model
