// What an ONNX file holds, in numbers.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace akidb::embedding::graph {

struct OnnxSummary {
  std::int64_t opset = 0;
  std::size_t nodes = 0;
  std::uint64_t parameters = 0;  // values of all initializers
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

// Reads the graph, not its external data. data_corrupt where it is no ONNX file.
Result<OnnxSummary> summarize_onnx(const std::filesystem::path& file);

}  // namespace akidb::embedding::graph
