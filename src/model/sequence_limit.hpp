// How long an input may be, from sentence_bert_config.json and tokenizer_config.json.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <optional>

#include "base/json.hpp"

namespace akidb::embedding::model {

struct TransformerSettings {
  std::optional<std::uint32_t> max_seq_length;  // nothing where it is null or absent
  bool lower_case = false;
};

// {"max_seq_length": uint?, "do_lower_case": bool?}; a task other than making features is unsupported.
Result<TransformerSettings> read_transformer_settings(const base::JsonValue& root);

// tokenizer_config.json's model_max_length; nothing where it is absent or so large (the reference writes
// 1e30) that it means no limit.
Result<std::optional<std::uint32_t>> read_model_max_length(const base::JsonValue& root);

}  // namespace akidb::embedding::model
