// Products with constant matrices, and reads of constant tables, found in a graph.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace akidb::embedding::graph {

using Initializers = std::unordered_map<std::string, const onnx::TensorProto*>;
Initializers initializers_of(const onnx::GraphProto& graph);

// y = x w + b
struct LinearLayer {
  std::string input;
  const onnx::TensorProto* weight = nullptr;  // float32
  bool transposed = false;                    // outputs x inputs
  std::string bias;                           // empty: none
};

// Row after row, inputs x outputs.
struct Matrix {
  std::vector<float> values;
  std::size_t rows = 0;
  std::size_t columns = 0;
};
Matrix weights_of(const LinearLayer& layer);

// The node as a linear layer, where it is one: MatMul, or Gemm without factors.
std::optional<LinearLayer> linear_layer(const onnx::NodeProto& node, const Initializers& initializers);

// The float32 table, rows x width, that a Gather reads rows of; null where the node is none, or the table is small.
const onnx::TensorProto* gathered_table(const onnx::NodeProto& node, const Initializers& initializers);

}  // namespace akidb::embedding::graph
