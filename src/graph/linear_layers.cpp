#include "graph/linear_layers.hpp"

#include <utility>

#include "graph/onnx_file.hpp"

namespace akidb::embedding::graph {
namespace {

// Values below which a table's size does not matter.
constexpr std::uint64_t kLargeTable = 65'536;

const onnx::TensorProto* constant_matrix(const std::string& name, const Initializers& initializers) {
  const auto found = initializers.find(name);
  if (found == initializers.end()) return nullptr;
  const auto& tensor = *found->second;
  return tensor.data_type() == onnx::TensorProto::FLOAT && tensor.dims_size() == 2 ? &tensor : nullptr;
}

// Whether alpha and beta are 1 and the left side is as it is.
bool is_plain_gemm(const onnx::NodeProto& node, bool& transposed) {
  for (const auto& attribute : node.attribute()) {
    if ((attribute.name() == "alpha" || attribute.name() == "beta") && attribute.f() != 1.0F) return false;
    if (attribute.name() == "transA" && attribute.i() != 0) return false;
    if (attribute.name() == "transB") transposed = attribute.i() != 0;
  }
  return true;
}

}  // namespace

Initializers initializers_of(const onnx::GraphProto& graph) {
  Initializers initializers;
  for (const auto& tensor : graph.initializer()) initializers.emplace(tensor.name(), &tensor);
  return initializers;
}

std::optional<LinearLayer> linear_layer(const onnx::NodeProto& node, const Initializers& initializers) {
  const bool is_gemm = node.op_type() == "Gemm";
  if (!node.domain().empty() || (!is_gemm && node.op_type() != "MatMul") || node.input_size() < 2) return std::nullopt;
  LinearLayer layer;
  if (is_gemm && !is_plain_gemm(node, layer.transposed)) return std::nullopt;
  layer.weight = constant_matrix(node.input(1), initializers);
  if (layer.weight == nullptr || initializers.contains(node.input(0))) return std::nullopt;
  layer.input = node.input(0);
  if (is_gemm && node.input_size() > 2) layer.bias = node.input(2);
  return layer;
}

Matrix weights_of(const LinearLayer& layer) {
  const auto& tensor = *layer.weight;
  Matrix matrix{float_values(tensor), static_cast<std::size_t>(tensor.dims(0)),
                static_cast<std::size_t>(tensor.dims(1))};
  if (!layer.transposed) return matrix;
  std::vector<float> turned(matrix.values.size());
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    for (std::size_t column = 0; column < matrix.columns; ++column)
      turned[column * matrix.rows + row] = matrix.values[row * matrix.columns + column];
  }
  return {std::move(turned), matrix.columns, matrix.rows};
}

const onnx::TensorProto* gathered_table(const onnx::NodeProto& node, const Initializers& initializers) {
  if (!node.domain().empty() || node.op_type() != "Gather" || node.input_size() != 2) return nullptr;
  for (const auto& attribute : node.attribute()) {
    if (attribute.name() == "axis" && attribute.i() != 0) return nullptr;
  }
  const auto* const table = constant_matrix(node.input(0), initializers);
  return table != nullptr && element_count(*table) >= kLargeTable ? table : nullptr;
}

}  // namespace akidb::embedding::graph
