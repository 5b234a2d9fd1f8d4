// From a float32 graph to one of fewer bits.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace akidb::embedding::graph {

enum class Precision {
  fp16,          // weights and computation in half precision; inputs and outputs stay as they are
  int8_dynamic,  // weights int8, activations uint8 by their range at run time, which spans the whole batch
  int8_static,   // weights int8, activations uint8 by ranges that calibration has seen; only ONNX Runtime runs it
};

// Of an activation, for each of its columns, over everything that calibration ran.
struct Range {
  std::vector<float> lowest;
  std::vector<float> highest;
};
using Ranges = std::map<std::string, Range>;

struct QuantizePlan {
  Precision precision = Precision::int8_dynamic;
  bool per_channel = true;     // a scale for each output of a linear layer, else one for all
  bool reduced_range = false;  // weights of 7 bits: CPUs without VNNI instructions saturate sums of 8

  // Of the activations. int8_static needs them; where they are given and scales are per channel, what few large columns
  // of an activation cost the others is shared with the weights (column_factors.hpp).
  Ranges ranges{};
};

struct QuantizeSummary {
  std::size_t linear_layers = 0;  // that were quantised
  std::size_t tables = 0;         // embedding tables that were quantised
  std::uint64_t bytes = 0;        // of the file
};

// Writes `output`, one file. int8 takes MatMul and Gemm nodes whose right side is a constant matrix, and the large
// tables that Gather reads; everything else stays float32. Errors: data_corrupt (the graph), unsupported (an
// operator set that is too old, a graph that is quantised already, no layer to quantise), invalid_argument (a range
// is missing).
Result<QuantizeSummary> quantize_onnx(const std::filesystem::path& graph, const std::filesystem::path& output,
                                      const QuantizePlan& plan);

// The activations that int8 wants ranges of, each once.
Result<std::vector<std::string>> activations_of(const std::filesystem::path& graph);

// Writes the graph with these activations as further outputs.
Result<void> expose_activations(const std::filesystem::path& graph, const std::vector<std::string>& names,
                                const std::filesystem::path& output);

}  // namespace akidb::embedding::graph
