// convert_to_onnx(): a model's safetensors weights as an ONNX graph, without Python.
#pragma once

#include <akidb/embedding/download.hpp>
#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace akidb::embedding {

struct ConvertOptions {
  // A hub id or a model folder, found as open() finds it. It must have safetensors weights.
  std::string model = "sentence-transformers/all-MiniLM-L6-v2";
  std::string revision = "main";

  // "NAME.onnx"; large weights go beside it, into "NAME.onnx.data". An older graph of this name is replaced, but not
  // the one that the model was published with.
  std::filesystem::path output;

  std::filesystem::path cache{};        // as ProviderOptions::cache
  std::filesystem::path hub_cache{};    // as ProviderOptions::hub_cache
  bool offline = false;                 // as ProviderOptions::offline
  DownloadCallback on_download{};       // as ProviderOptions::on_download
  std::filesystem::path onnxruntime{};  // as ProviderOptions::onnxruntime
};

// The token vectors of two graphs, over texts of many lengths.
struct GraphComparison {
  std::string with;  // "onnx/model.onnx": the graph that the model was published with
  std::size_t texts = 0;
  std::size_t tokens = 0;
  double largest_difference = 0;  // of two values
  double least_cosine = 1;        // of two token vectors
};

struct ConvertReport {
  std::filesystem::path graph;
  std::filesystem::path weights;  // external data; empty where the graph holds them
  std::uint64_t bytes = 0;        // of both
  std::int64_t opset = 0;
  std::size_t nodes = 0;
  std::uint64_t parameters = 0;
  std::vector<std::string> inputs;   // "input_ids"
  std::vector<std::string> outputs;  // "last_hidden_state"

  // onnx::checker has passed; more is known where ONNX Runtime could be had.
  bool ran = false;                           // ONNX Runtime computed finite vectors with it
  std::string not_run_why;                    // empty where it ran
  std::optional<GraphComparison> comparison;  // nothing where the model was published without a graph
};

// Errors: not_found (the model; its safetensors), unsupported (an architecture that is not known; a build
// without the converter), data_corrupt (a file of the model), invalid_argument (an output that cannot be
// written), resource_exhausted (disk full). A graph that does not compute what the published one does is
// internal, and stays for a look at it.
Result<ConvertReport> convert_to_onnx(const ConvertOptions& options);

}  // namespace akidb::embedding
