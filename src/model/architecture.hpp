// The encoder architectures that this library knows: one row each. A row says how config.json spells the
// shape, what the checkpoint calls its tensors and how the parts go together; readers, graph writers and
// the native encoder go by the row, so that an architecture of the same family is added here alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "model/model.hpp"

namespace akidb::embedding::model {

// Keys of config.json; dots lead into objects. An empty key: the architecture has no such field, and the
// default of its row counts.
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
  std::string_view padding_id = {};
  std::string_view relative_buckets = {};
  std::string_view rotary_theta = {};
  std::string_view nested_rotary_theta = {};  // as newer files spell it; wins
  std::string_view local_rotary_theta = {};
  std::string_view nested_local_rotary_theta = {};
  std::string_view local_window = {};  // in the file: of both sides together
  std::string_view global_every = {};  // every layer whose number it divides is not local
  std::string_view layer_types = {};   // a list that says which layers are; wins
  std::string_view attention_bias = {};
  std::string_view mlp_bias = {};
  std::string_view norm_bias = {};
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
  std::string_view qkv = {};  // not empty: the three in one tensor, in this order
  std::string_view attention_output = "attention.output.dense";
  std::string_view attention_norm = "attention.output.LayerNorm";
  std::string_view intermediate = "intermediate.dense";  // gated: what is activated, first, where it is one tensor
  std::string_view multiplied = {};                      // gated, in two tensors: what it is multiplied with
  std::string_view output = "output.dense";
  std::string_view output_norm = "output.LayerNorm";
  std::string_view relative_bias = {};
  std::string_view final_norm = {};
};

// A field that must have this value, or be absent or null (std::monostate: must be absent or null): others
// compute something that is not known here.
struct FixedField {
  std::string_view key;
  std::variant<std::monostate, bool, double, std::string_view> value;
};

struct Architecture {
  std::string_view model_type;  // of config.json
  std::string_view prefix;      // before tensor names in checkpoints of a model with a head: "bert."
  ConfigKeys keys = {};
  TensorNames tensors = {};
  std::span<const FixedField> fixed = {};

  NormPlacement norms = NormPlacement::after;
  bool first_attention_norm = true;
  bool gated = false;
  bool position_embeddings = true;

  // Where config.json does not say.
  double layer_norm_epsilon = 1e-12;
  std::string_view activation = "gelu";
  std::optional<std::uint32_t> padding_id = {};
  double rotary_theta = 0;
  double local_rotary_theta = 0;
  std::uint32_t local_window = 0;  // of both sides together
  std::uint32_t global_every = 1;
  bool attention_bias = true;
  bool mlp_bias = true;
  bool norm_bias = true;
};

std::span<const Architecture> architectures() noexcept;

// Null where there is none of this name. Where one name has several rows, they differ in keys alone, and this
// is the first.
const Architecture* find_architecture(std::string_view model_type) noexcept;

// "bert, distilbert": for messages.
std::string architecture_names();

}  // namespace akidb::embedding::model
