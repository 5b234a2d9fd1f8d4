// BertModel: the weights of an encoder of BERT's kind, in float32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace akidb::embedding::backend::mlx {

// Row after row.
struct Matrix {
  std::vector<float> values;
  std::size_t rows = 0;
  std::size_t columns = 0;
};

struct Linear {
  Matrix weight;  // outputs x inputs
  std::vector<float> bias;
};

struct Norm {
  std::vector<float> weight;
  std::vector<float> bias;
};

// Each norm stands behind the sum of its part with the part's input.
struct BertLayer {
  Linear query_key_value;  // one below the other
  Linear attention_output;
  Norm attention_norm;
  Linear up;
  Linear down;
  Norm output_norm;
};

enum class Activation : std::uint8_t { gelu, gelu_tanh, relu, silu };

struct BertModel {
  std::size_t heads = 0;
  std::size_t max_positions = 0;
  float epsilon = 1e-12F;
  Activation activation = Activation::gelu;

  // Positions count from this id + 1 and pass over tokens of this id, which have the position of its number.
  std::optional<std::uint32_t> padding_id;

  Matrix word_embeddings;
  Matrix position_embeddings;  // with the embedding of token type 0 in each row, where the model has types
  Norm embeddings_norm;
  std::vector<BertLayer> layers;

  [[nodiscard]] std::size_t hidden_size() const noexcept { return word_embeddings.columns; }
  [[nodiscard]] std::size_t vocab_size() const noexcept { return word_embeddings.rows; }
};

}  // namespace akidb::embedding::backend::mlx
