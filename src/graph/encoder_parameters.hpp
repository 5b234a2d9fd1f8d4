// From a checkpoint's tensors to the parameters that the graph's nodes take.
#pragma once

#include <akidb/embedding/result.hpp>

#include "graph/parameter_writer.hpp"
#include "model/encoder_tensors.hpp"
#include "model/model.hpp"

namespace akidb::embedding::graph {

struct ParameterLayout {
  bool type_embeddings = true;  // a table of their own; else the row of type 0 is added to every position
  bool fuse_qkv = false;        // query, key and value side by side in one matrix
};

// Parameters keep the checkpoint's names, without a prefix. Differences: linear weights are transposed to
// inputs x outputs; query's weight and bias are divided by the square root of a head's size, so that the
// graph need not scale scores; a fused query, key and value are called "<layer>attention.qkv".
Result<void> write_encoder_parameters(const model::EncoderConfig& config, const model::EncoderTensors& tensors,
                                      const ParameterLayout& layout, ParameterWriter& writer);

// Name, behind the layer's, of the fused query, key and value.
inline constexpr std::string_view kFusedQkv = "attention.qkv";

}  // namespace akidb::embedding::graph
