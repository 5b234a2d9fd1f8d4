// What a model's name stands for: its folder's facts and the graph to run.
#pragma once

#include <akidb/embedding/open.hpp>
#include <filesystem>
#include <string>

#include "backend/onnx/onnx_backend.hpp"
#include "model/model.hpp"
#include "model/onnx_facts.hpp"

namespace akidb::embedding::providers {

struct ModelSource {
  model::ModelFolder model;
  std::string revision;  // commit on the hub; empty where unknown
  std::filesystem::path graph;
  std::filesystem::path masked_graph;  // beside `graph`, of a model that this library converted
  model::GraphDtype dtype = model::GraphDtype::fp32;
  backend::onnx::ExternalWeights weights;  // of a graph that this library converted
};

// `options.model` is a .onnx file, a folder, or a hub id, which is downloaded where it is on this machine nowhere. A
// folder's own ONNX file is used as it is (`onnx_file` and `dtype` choose among several); one
// that has safetensors alone is converted into the cache, once. A .onnx file takes its configuration from
// its folder, or the folder above for onnx/model.onnx; where there is none, its rows are
// pooled by their mean, to unit length. `options.onnx_file` is run in place of a folder's own graph; `options.dtype`
// that the graph is not of is derived from a float32 one, once. Where a published graph keeps weights in other files,
// they have passed check_onnx_external_data().
Result<ModelSource> find_model_source(const ProviderOptions& options);

}  // namespace akidb::embedding::providers
