// quantize_onnx(): a model's float32 graph in half precision or int8, and how good its vectors still are.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace akidb::embedding {

enum class Quantization {
  fp16,          // for devices that compute in it; on a CPU it is smaller, not faster
  int8_dynamic,  // ranges of activations at run time: texts then run alone, so that no text moves another's scale
  int8_static,   // ranges from calibration texts: texts run together
};

// Two texts, and how alike somebody judged them to be.
struct LabelledPair {
  std::string first;
  std::string second;
  double score = 0;
};

struct QuantizeOptions {
  // A hub id, a model folder or a .onnx file, found as open() finds it, with a float32 graph or safetensors.
  std::string model = "sentence-transformers/all-MiniLM-L6-v2";
  std::string revision = "main";
  std::filesystem::path tokenizer{};  // of a bare .onnx file

  Quantization to = Quantization::int8_dynamic;
  std::filesystem::path output;  // "NAME.onnx", one file; an older one is replaced, but not the graph that is read

  bool per_channel = true;                         // a scale for each output of a layer
  std::optional<bool> reduced_range{};             // weights of 7 bits; nothing: where this CPU saturates sums of 8
  std::vector<std::string> calibration{};          // texts, for int8; empty: built-in ones
  std::vector<std::string> texts{};                // that the report is about; empty: built-in ones
  std::vector<LabelledPair> pairs{};               // for the report's Spearman; empty: none
  std::optional<double> least_cosine{};            // a vector below it fails
  std::optional<double> least_neighbor_overlap{};  // as the report's, 0 to 1

  std::filesystem::path cache{};        // as ProviderOptions::cache
  std::filesystem::path hub_cache{};    // as ProviderOptions::hub_cache
  bool offline = false;                 // as ProviderOptions::offline
  std::filesystem::path onnxruntime{};  // as ProviderOptions::onnxruntime
};

// Of the quantised graph's vectors to those of float32, over the texts.
struct QualityReport {
  std::size_t texts = 0;
  double least_cosine = 1;
  double cosine_p1 = 1;  // one text in a hundred is below it; between two texts on the line from one to the other
  double cosine_p50 = 1;
  double mean_cosine = 1;
  double largest_difference = 0;             // of two values
  double neighbor_overlap = 1;               // of the ten nearest other texts, those that are the same; mean
  std::optional<double> spearman;            // of cosines to labels; nothing without pairs that differ
  std::optional<double> spearman_float32{};  // the same of float32
  std::string no_spearman_why{};             // where there are pairs and no Spearman of them
  double texts_per_second = 0;               // on this machine, each text of the report once
  double texts_per_second_float32 = 0;
};

struct QuantizeReport {
  std::filesystem::path graph;
  std::uint64_t bytes = 0;
  std::uint64_t bytes_float32 = 0;  // with external data
  std::size_t linear_layers = 0;    // that were quantised; 0 for fp16, which takes everything
  std::size_t tables = 0;
  bool reduced_range = false;
  QualityReport quality;
};

// Errors: not_found (the model), unsupported (a graph that cannot be quantised; a build without the converter),
// data_corrupt (a file of the model; vectors that are worse than a bound of the options: the file stays for a look
// at it), invalid_argument (an output that cannot be written), resource_exhausted (disk full).
Result<QuantizeReport> quantize_onnx(const QuantizeOptions& options);

}  // namespace akidb::embedding
