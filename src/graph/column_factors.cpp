#include "graph/column_factors.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <span>

namespace akidb::embedding::graph {
namespace {

// How much of a column's size moves to the weights. By measurement (docs/benchmarks.md): 0.5 leaves too much in the
// activations, and from 0.8 on texts lose that calibration has not seen.
constexpr float kShare = 0.7F;

// Of the median, that a size counts as at least: calibration shows what is large, not how small something stays.
constexpr float kLeastInput = 0.3F;
constexpr float kLeastWeight = 1e-4F;

float median(std::span<const float> values) {
  std::vector<float> sorted(values.begin(), values.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return middle == sorted.end() ? 0 : *middle;
}

std::vector<float> balance(std::span<const float> inputs, std::span<const float> weights) {
  const float least_input = kLeastInput * median(inputs);
  const float least_weight = kLeastWeight * median(weights);
  std::vector<float> factors(inputs.size());
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const float input = std::max(inputs[i], least_input);
    const float weight = std::max(weights[i], least_weight);
    factors[i] = std::pow(weight, 1 - kShare) / std::pow(input, kShare);
    if (!std::isnormal(factors[i])) factors[i] = 1;
  }
  return factors;
}

// The greatest magnitude in each row goes into `sizes`.
void widen(std::vector<float>& sizes, const Matrix& matrix) {
  sizes.resize(matrix.rows, 0.0F);
  for (std::size_t at = 0; at < matrix.values.size(); ++at) {
    auto& size = sizes[at / matrix.columns];
    size = std::max(size, std::abs(matrix.values[at]));
  }
}

std::vector<float> magnitudes(const Range& range) {
  std::vector<float> sizes;
  for (std::size_t i = 0; i < range.lowest.size(); ++i) {
    sizes.push_back(std::max(std::abs(range.lowest[i]), std::abs(range.highest[i])));
  }
  return sizes;
}

}  // namespace

ColumnFactors column_factors(const onnx::GraphProto& graph, const Initializers& initializers, const Ranges& ranges) {
  std::map<std::string, std::vector<float>> weights;  // by input, of each row
  std::map<const onnx::TensorProto*, std::string> readers;
  std::set<std::string> left_out;
  for (const auto& node : graph.node()) {
    const auto layer = linear_layer(node, initializers);
    if (!layer || !ranges.contains(layer->input)) continue;
    widen(weights[layer->input], weights_of(*layer));
    const auto [first, is_new] = readers.try_emplace(layer->weight, layer->input);
    if (!is_new && first->second != layer->input) left_out.insert({first->second, layer->input});
  }
  ColumnFactors factors;
  for (const auto& [input, sizes] : weights) {
    const auto inputs = magnitudes(ranges.at(input));
    if (inputs.size() == sizes.size() && !left_out.contains(input)) factors[input] = balance(inputs, sizes);
  }
  return factors;
}

}  // namespace akidb::embedding::graph
