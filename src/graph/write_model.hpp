// One model's weights with one or more graphs over them, in a folder.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <span>
#include <string>

#include "graph/convert.hpp"

namespace akidb::embedding::graph {

struct NamedGraph {
  std::string file_name;
  GraphOptions options;
};

// Writes the graphs into `folder`, and their weights once, into `data_name`, where they are large. The
// graphs must agree in fuse_qkv and token_type_ids. Every graph has passed onnx::checker; everything is
// synced. What is there after an error is for the caller to remove.
Result<void> write_graphs(const model::ModelFolder& model, const std::filesystem::path& folder,
                          const std::string& data_name, std::span<const NamedGraph> graphs);

}  // namespace akidb::embedding::graph
