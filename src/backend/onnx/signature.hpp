// What a graph takes and gives, by the names that encoders on the Hugging Face hub use.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string>
#include <vector>

#include "backend/onnx/ort.hpp"

namespace akidb::embedding::backend::onnx {

enum class InputRole { token_ids, attention_mask, type_ids, position_ids };

struct Signature {
  struct Input {
    std::string name;
    InputRole role;
    bool is_int32;  // else int64
  };
  std::vector<Input> inputs;
  std::string output;
  bool is_half = false;  // the output is float16
  bool pooled = false;   // the output is a row per sequence

  bool one_sequence = false;  // the batch has the fixed size 1

  // What the graph calls the dimensions of input_ids; empty where they have no names.
  std::string batch_size;
  std::string sequence_length;

  [[nodiscard]] bool has(InputRole role) const noexcept;
};

// Inputs: input_ids, and any of attention_mask, token_type_ids, position_ids, int64 or int32. Output: the
// first there is of last_hidden_state, token_embeddings (batch x sequence x hidden), sentence_embedding
// (batch x hidden), float32 or float16. Anything else is `unsupported` and lists what the graph has; so are inputs of
// fixed sizes, but for a batch of 1.
Result<Signature> read_signature(Ort::Session& session);

}  // namespace akidb::embedding::backend::onnx
