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
  std::filesystem::path masked_graph;  // the same with an attention_mask; empty: `graph`, whatever it has
  ExternalWeights weights;             // of both
  std::string dtype = "fp32";          // what the graph computes in, as info() shall say
  bool texts_alone = false;            // a text's vector would depend on its neighbours: one a unit

  std::string device = "auto";
  std::string device_id;              // empty: the device's default
  std::size_t device_memory = 0;      // bytes; 0: no limit
  std::filesystem::path cache;        // folder for what devices compile; empty: they keep nothing
  std::uint32_t threads = 1;          // that Cores::all may use
  std::filesystem::path onnxruntime;  // the shared library; empty: searched for
  std::size_t vocab_size = 0;         // 0 where unknown
  std::size_t max_positions = 0;      // 0 where unknown
};

// Loads ONNX Runtime and the graph, chooses the device, runs a warm-up whose profile says what ran where, and, where
// the device is not the CPU, holds its vectors against the CPU's. A device that `auto` chose and that fails in
// any of this gives way to the CPU, with the reason in info(); one that was named is an error. Errors: unavailable
// (ONNX Runtime or the device), invalid_argument (a device, or an id where it has none), not_found (the file),
// data_corrupt (the graph), unsupported (its inputs, outputs or operators).
Result<std::unique_ptr<Backend>> open_backend(const OnnxOptions& options);

}  // namespace akidb::embedding::backend::onnx
