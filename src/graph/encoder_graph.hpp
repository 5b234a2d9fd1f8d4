// An encoder's nodes: embeddings, layers of attention and feed-forward, each with its LayerNormalization.
#pragma once

#include <onnx/onnx_pb.h>

#include <vector>

#include "graph/convert.hpp"
#include "model/architecture.hpp"
#include "model/model.hpp"

namespace akidb::embedding::graph {

// The nodes over `parameters`, which write_encoder_parameters() has named.
onnx::ModelProto encoder_graph(const model::EncoderConfig& config, const model::Architecture& architecture,
                               const GraphOptions& options, const std::vector<onnx::TensorProto>& parameters);

}  // namespace akidb::embedding::graph
