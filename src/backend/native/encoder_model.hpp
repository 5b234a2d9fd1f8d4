// EncoderModel: what an encoder computes, and its weights as they are stored. One description for all
// architectures; what an architecture lacks is off or empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/native/kernels/kernel_set.hpp"

namespace akidb::embedding::backend::native {

enum class ElementType { fp32, fp16, bf16 };

// A stored matrix, row after row; a vector is one row. Views memory that EncoderModel::owner keeps.
struct StoredTensor {
  std::string name;  // for messages: "model.safetensors: tensor \"embeddings.LayerNorm.weight\""
  ElementType type = ElementType::fp32;
  const std::byte* bytes = nullptr;  // of any alignment
  std::size_t rows = 0;
  std::size_t columns = 0;
};

// Outputs of the parts follow one another. `biases` is empty, or has a part for each of `weights`.
struct StoredLinear {
  std::vector<StoredTensor> weights;
  std::vector<StoredTensor> biases;
};

struct StoredNorm {
  StoredTensor weight;
  std::optional<StoredTensor> bias;
};

struct StoredLayer {
  std::optional<StoredNorm> attention_norm;
  StoredLinear query_key_value;
  StoredLinear attention_output;
  StoredLinear up;
  std::optional<StoredLinear> multiplied;  // gated: what activation(up) is multiplied with
  StoredLinear down;
  StoredNorm output_norm;

  double rotary_theta = 0;                  // 0: no rotation
  std::size_t window = kernels::kNoWindow;  // tokens on each side that a token sees
};

struct EncoderModel {
  std::size_t hidden_size = 0;
  std::size_t heads = 0;
  std::size_t inner_size = 0;  // of the feed-forward
  std::size_t max_positions = 0;
  float epsilon = 1e-12F;
  kernels::Activation activation = kernels::Activation::gelu;

  // attention_norm and output_norm stand before attention and feed-forward, not behind their sums with
  // their inputs.
  bool norm_first = false;

  // Positions count from this id + 1 and pass over tokens of this id, which have the position of its number.
  std::optional<std::uint32_t> padding_id;

  StoredTensor word_embeddings;
  std::optional<StoredTensor> position_embeddings;
  std::optional<StoredTensor> type_embeddings;
  StoredNorm embeddings_norm;
  std::vector<StoredLayer> layers;
  std::optional<StoredTensor> relative_bias;  // buckets x heads
  std::optional<StoredNorm> final_norm;

  std::shared_ptr<const void> owner;

  // Differs where any weight, or anything else here, does; empty where that is not known.
  std::string identity;

  // What is made of the model and kept says that it comes from there; empty where nobody asks.
  std::filesystem::path source;

  [[nodiscard]] std::size_t head_size() const noexcept { return hidden_size / heads; }
  [[nodiscard]] std::size_t vocab_size() const noexcept { return word_embeddings.rows; }
};

}  // namespace akidb::embedding::backend::native
