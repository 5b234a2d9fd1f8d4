// The ONNX graph of a model that comes as safetensors.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>

#include "backend/onnx/onnx_backend.hpp"
#include "model/model.hpp"

namespace akidb::embedding::providers {

struct ConvertedGraph {
  std::filesystem::path graph;   // without an attention mask
  std::filesystem::path masked;  // with one
  backend::onnx::ExternalWeights weights;
};

// Converts at the first call, finds the graph at the next ones. unsupported in a build without the
// converter.
Result<ConvertedGraph> convert_to_cache(const model::ModelFolder& model, const std::filesystem::path& derived);

}  // namespace akidb::embedding::providers
