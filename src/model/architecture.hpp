// The encoder architectures that this library knows: one row each. A row says how config.json spells the
// shape and what the checkpoint calls its tensors; readers and graph writers go by the row, so that an
// architecture of the same family is added here alone.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace akidb::embedding::model {

// Keys of config.json.
struct ConfigKeys {
  std::string_view hidden_size = "hidden_size";
  std::string_view layers = "num_hidden_layers";
  std::string_view heads = "num_attention_heads";
  std::string_view intermediate_size = "intermediate_size";
  std::string_view vocab_size = "vocab_size";
  std::string_view max_positions = "max_position_embeddings";
  std::string_view type_vocab_size = "type_vocab_size";
  std::string_view layer_norm_epsilon = "layer_norm_eps";
  std::string_view activation = "hidden_act";
};

// Names of tensors, without ".weight" and ".bias". Those of a layer stand behind `layer` and its number.
struct TensorNames {
  std::string_view word_embeddings = "embeddings.word_embeddings";
  std::string_view position_embeddings = "embeddings.position_embeddings";
  std::string_view type_embeddings = "embeddings.token_type_embeddings";
  std::string_view embeddings_norm = "embeddings.LayerNorm";
  std::string_view layer = "encoder.layer.";
  std::string_view query = "attention.self.query";
  std::string_view key = "attention.self.key";
  std::string_view value = "attention.self.value";
  std::string_view attention_output = "attention.output.dense";
  std::string_view attention_norm = "attention.output.LayerNorm";
  std::string_view intermediate = "intermediate.dense";
  std::string_view output = "output.dense";
  std::string_view output_norm = "output.LayerNorm";
};

struct Architecture {
  std::string_view model_type;  // of config.json
  std::string_view prefix;      // before tensor names in checkpoints of a model with a head: "bert."
  ConfigKeys keys = {};
  TensorNames tensors = {};
};

std::span<const Architecture> architectures() noexcept;

// Null where there is none of this name.
const Architecture* find_architecture(std::string_view model_type) noexcept;

// "bert, distilbert": for messages.
std::string architecture_names();

}  // namespace akidb::embedding::model
