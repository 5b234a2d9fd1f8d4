// A BertModel on MLX's arrays.
#pragma once

#include <mlx/array.h>
#include <mlx/stream.h>

#include <optional>
#include <vector>

#include "backend/mlx/bert_model.hpp"

namespace akidb::embedding::backend::mlx {

namespace mx = ::mlx::core;

// Sequences of one length, the shorter ones padded; rows x length each.
struct EncoderInput {
  int rows = 0;
  int length = 0;
  std::vector<std::uint32_t> token_ids;
  std::vector<std::uint32_t> positions;         // rows of the table of position embeddings
  std::optional<std::vector<bool>> is_token{};  // false for padding; nothing where there is none
};

// Used by one thread at a time, any. All work is done on `stream`. MLX's exceptions leave it.
class BertEncoder {
 public:
  BertEncoder(const BertModel& model, mx::Stream stream);

  // (rows * length) x hidden, computed and in one piece.
  [[nodiscard]] mx::array run(const EncoderInput& input) const;

 private:
  struct Affine {
    mx::array weight;
    mx::array bias;
  };
  struct Layer {
    Affine query_key_value;
    Affine attention_output;
    Affine attention_norm;
    Affine up;
    Affine down;
    Affine output_norm;
  };

  [[nodiscard]] Affine linear_of(const Linear& linear) const;
  [[nodiscard]] mx::array multiply(const Affine& linear, const mx::array& rows) const;
  [[nodiscard]] mx::array norm(const Affine& affine, const mx::array& rows) const;
  [[nodiscard]] mx::array attention(const Layer& layer, const mx::array& hidden, const EncoderInput& input,
                                    const std::optional<mx::array>& mask) const;
  [[nodiscard]] mx::array feed_forward(const Layer& layer, const mx::array& hidden) const;
  [[nodiscard]] mx::array activate(const mx::array& rows) const;

  mx::Stream stream_;
  int heads_;
  int hidden_size_;
  float epsilon_;
  Activation activation_;
  mx::array word_embeddings_;
  mx::array position_embeddings_;
  Affine embeddings_norm_;
  std::vector<Layer> layers_;
};

}  // namespace akidb::embedding::backend::mlx
