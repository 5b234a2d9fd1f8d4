// The ONNX Runtime backend.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace akidb::embedding::backend::onnx {

// Where a graph's large weights stand in its external data file, so that sessions can share them.
struct ExternalWeights {
  struct Tensor {
    std::string name;
    std::vector<std::int64_t> shape;  // float32
    std::uint64_t offset = 0;
  };
  std::filesystem::path file;
  std::vector<Tensor> tensors;  // empty: none to share
};

struct OnnxOptions {
  std::filesystem::path graph;
  ExternalWeights weights;
  std::string device = "auto";
  std::uint32_t threads = 1;          // that Cores::all may use
  std::filesystem::path onnxruntime;  // the shared library; empty: searched for
  std::size_t vocab_size = 0;         // 0 where unknown
};

// Loads ONNX Runtime and the graph, chooses the device, and runs a warm-up whose profile says what ran
// where. Errors: unavailable (ONNX Runtime or the device), not_found (the file), data_corrupt (the graph),
// unsupported (its inputs or outputs).
Result<std::unique_ptr<Backend>> open_backend(const OnnxOptions& options);

}  // namespace akidb::embedding::backend::onnx
