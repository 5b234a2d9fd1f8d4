// Which weights of a graph stand in its external data file, and where.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace akidb::embedding::graph {

struct ExternalTensor {
  std::string name;
  std::vector<std::int64_t> shape;  // float32
  std::uint64_t offset = 0;         // in the data file
};

struct ExternalTensors {
  std::filesystem::path file;
  std::vector<ExternalTensor> tensors;
};

// Reads a graph that this library wrote: float32 initializers in one data file beside it. None where the
// graph holds its weights itself. data_corrupt where it is no ONNX graph.
Result<ExternalTensors> read_external_tensors(const std::filesystem::path& graph);

}  // namespace akidb::embedding::graph
