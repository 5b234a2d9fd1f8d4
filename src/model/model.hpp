// What a model folder says: the configuration files of a sentence-transformers model, as plain data.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace akidb::embedding::model {

enum class Activation { gelu, gelu_tanh, relu, silu };

// Where a layer's two norms stand: behind the sums of attention and feed-forward with their inputs, or
// before attention and feed-forward (and one behind the last layer).
enum class NormPlacement { after, before };

// An encoder's shape, read from config.json. One description for all architectures of a family: what an
// architecture lacks is off.
struct EncoderConfig {
  std::string architecture;  // config.json's model_type: "bert"
  std::uint32_t hidden_size = 0;
  std::uint32_t layers = 0;
  std::uint32_t heads = 0;
  std::uint32_t intermediate_size = 0;
  std::uint32_t vocab_size = 0;
  std::uint32_t max_positions = 0;    // tokens of the longest sequence
  std::uint32_t type_vocab_size = 0;  // 0: no token type embeddings
  double layer_norm_epsilon = 1e-12;
  Activation activation = Activation::gelu;

  NormPlacement norms = NormPlacement::after;
  bool first_attention_norm = true;  // NormPlacement::before: the first layer has a norm before attention
  bool gated = false;                // the feed-forward's inner rows are activation(a) * b
  bool attention_bias = true;
  bool mlp_bias = true;
  bool norm_bias = true;

  bool position_embeddings = true;  // a table, one row a position
  // Positions count from this id + 1 and pass over tokens of this id, which have the position of its own number.
  std::optional<std::uint32_t> padding_id;
  std::uint32_t relative_buckets = 0;  // not 0: a bias by head and distance, in T5's buckets
  double rotary_theta = 0;             // not 0: queries and keys are rotated

  // Not 0: a local layer's tokens see as many tokens on each side, and rotate by a theta of their own.
  std::uint32_t local_window = 0;
  double local_rotary_theta = 0;
  std::vector<bool> local_layers;  // one for each layer where there is a window

  // Rows of the table of position embeddings.
  [[nodiscard]] std::uint32_t position_rows() const noexcept {
    return max_positions + (padding_id ? *padding_id + 1 : 0);
  }
};

enum class PoolingMode { cls, mean, max, mean_sqrt_len, weighted_mean, last_token };

// 1_Pooling/config.json. Several modes are concatenated: in the order of the file's list where it has one
// (newer spelling), else in that of the reference (cls, max, mean, mean_sqrt_len, weighted_mean, last_token).
struct PoolingConfig {
  std::vector<PoolingMode> modes = {PoolingMode::mean};
  bool include_prompt = true;
  std::uint32_t dimension = 0;  // of a token's vector; 0 where the file does not say
};

struct Prompts {
  std::map<std::string, std::string> by_name;
  std::optional<std::string> default_name;
};

// The weights: model.safetensors, or the shards of model.safetensors.index.json.
struct Checkpoint {
  std::vector<std::filesystem::path> files = {};
  std::map<std::string, std::string> file_of = {};  // names of tensors' files, as the index has them; empty without one
};

struct ModelFolder {
  std::filesystem::path folder;
  std::optional<EncoderConfig> encoder;  // nothing where a graph stands alone, or with an unknown config.json
  std::optional<PoolingConfig> pooling;  // nothing where modules.json has no Pooling module
  bool normalize = false;                // modules.json ends in Normalize
  std::uint32_t max_tokens = 512;        // max_seq_length, else model_max_length, within max_positions
  bool lower_case = false;               // sentence_bert_config.json's do_lower_case: lower before tokenising
  Prompts prompts;
  std::filesystem::path tokenizer;            // tokenizer.json, or the folder that has vocab.txt
  std::optional<std::filesystem::path> onnx;  // onnx/model.onnx or model.onnx
  Checkpoint safetensors;

  [[nodiscard]] std::uint32_t dimension() const;  // of a pooled row; 0 where unknown
};

// Reads config.json, modules.json, sentence_bert_config.json, the pooling module's config.json,
// config_sentence_transformers.json and tokenizer_config.json. A folder without modules.json is a plain
// transformer: mean pooling, no Normalize, as sentence-transformers does. Errors: not_found (no such
// folder, no weights), data_corrupt with file and field, unsupported with the module, pooling or
// architecture that is not known. `graph` is the ONNX file to use, whatever the folder has itself; then it needs no
// other weights.
Result<ModelFolder> read_model_folder(const std::filesystem::path& folder,
                                      std::optional<std::filesystem::path> graph = std::nullopt);

}  // namespace akidb::embedding::model
