#include "graph/external_weights.hpp"

#include <onnx/onnx_pb.h>

#include <charconv>

#include "base/file.hpp"

namespace akidb::embedding::graph {
namespace {

// A graph without its weights is far below this.
constexpr std::size_t kLargestGraph = 64U << 20U;

struct Location {
  std::string file;
  std::uint64_t offset = 0;
};

Location location_of(const onnx::TensorProto& tensor) {
  Location location;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") location.file = entry.value();
    if (entry.key() == "offset") {
      std::from_chars(entry.value().data(), entry.value().data() + entry.value().size(), location.offset);
    }
  }
  return location;
}

}  // namespace

Result<ExternalTensors> read_external_tensors(const std::filesystem::path& graph) {
  const auto bytes = base::read_file(graph, kLargestGraph);
  if (!bytes) return bytes.error();
  onnx::ModelProto model;
  if (!model.ParseFromString(*bytes)) {
    return Error{ErrorCode::data_corrupt, graph.filename().string() + " is not an ONNX graph", graph.string(), {}};
  }
  ExternalTensors external;
  for (const auto& tensor : model.graph().initializer()) {
    if (tensor.data_location() != onnx::TensorProto::EXTERNAL || tensor.data_type() != onnx::TensorProto::FLOAT) {
      continue;
    }
    const auto location = location_of(tensor);
    external.file = graph.parent_path() / location.file;
    external.tensors.push_back({tensor.name(), {tensor.dims().begin(), tensor.dims().end()}, location.offset});
  }
  return external;
}

}  // namespace akidb::embedding::graph
