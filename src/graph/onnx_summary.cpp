#include "graph/onnx_summary.hpp"

#include <onnx/onnx_pb.h>

#include "base/mmap_file.hpp"

namespace akidb::embedding::graph {

Result<OnnxSummary> summarize_onnx(const std::filesystem::path& file) {
  const auto mapped = base::MmapFile::open(file);
  if (!mapped) return mapped.error();
  const auto bytes = mapped->bytes();
  onnx::ModelProto model;
  if (bytes.size() > INT32_MAX || !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error{ErrorCode::data_corrupt, file.filename().string() + ": not an ONNX graph", file.string(), {}};
  }
  OnnxSummary summary;
  for (const auto& set : model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") summary.opset = set.version();
  }
  summary.nodes = static_cast<std::size_t>(model.graph().node_size());
  for (const auto& tensor : model.graph().initializer()) {
    std::uint64_t values = 1;
    for (const auto size : tensor.dims()) values *= static_cast<std::uint64_t>(size);
    summary.parameters += values;
  }
  for (const auto& input : model.graph().input()) summary.inputs.push_back(input.name());
  for (const auto& output : model.graph().output()) summary.outputs.push_back(output.name());
  return summary;
}

}  // namespace akidb::embedding::graph
