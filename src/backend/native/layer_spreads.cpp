#include "backend/native/layer_spreads.hpp"

#include <algorithm>
#include <cmath>

#include "backend/native/panel_work.hpp"

namespace akidb::embedding::backend::native {
namespace {

std::size_t rows_of(const StoredLinear& linear) { return StackedRows(linear).count(); }

// In the order of the results: a gated layer's second half behind the first.
std::vector<float> biases_of(const PackedLinear& linear, std::size_t count) {
  if (linear.bias == nullptr) return {};
  std::vector<float> biases(linear.bias, linear.bias + count);
  if (!linear.weights.gated) return biases;
  const std::size_t half = count / 2;
  for (std::size_t i = 0; i < count; ++i) {
    biases[i] = linear.bias[gated_column(linear.weights.layout, i % half, i >= half)];
  }
  return biases;
}

// A mean of values, whose sizes those of the value rows' results are.
std::vector<float> sizes_behind_attention(const ProductSpread& query_key_value, const PackedLinear& linear) {
  const auto& results = query_key_value.results();
  const auto biases = biases_of(linear, results.size());
  const std::size_t first = results.size() / 3 * 2;
  std::vector<float> sizes(results.begin() + static_cast<std::ptrdiff_t>(first), results.end());
  for (std::size_t i = 0; i < sizes.size() && !biases.empty(); ++i) sizes[i] = std::hypot(sizes[i], biases[first + i]);
  return sizes;
}

std::vector<float> sizes_behind_up(const ProductSpread& up, const PackedLinear& linear) {
  const auto& results = up.results();
  auto sizes = sizes_behind_activation(results, biases_of(linear, results.size()));
  if (!linear.weights.gated) return sizes;
  const std::size_t half = sizes.size() / 2;
  for (std::size_t i = 0; i < half; ++i) sizes[i] *= sizes[half + i];
  sizes.resize(half);
  return sizes;
}

}  // namespace

std::vector<LayerSpreads> spreads_of(const EncoderModel& model) {
  std::vector<LayerSpreads> spreads;
  spreads.reserve(model.layers.size());
  for (const auto& layer : model.layers) {
    const std::size_t up = rows_of(layer.up) + (layer.multiplied ? rows_of(*layer.multiplied) : 0);
    spreads.push_back({ProductSpread(rows_of(layer.query_key_value)), ProductSpread(rows_of(layer.attention_output)),
                       ProductSpread(up), ProductSpread(rows_of(layer.down))});
  }
  return spreads;
}

void set_first_inputs(std::vector<LayerSpreads>& spreads, const EncoderModel& model, const EncoderWeights& weights) {
  const auto behind = [&](const NormVectors& norm) {
    return sizes_behind_norm(norm.gamma, norm.beta, model.hidden_size);
  };
  const NormVectors* last = &weights.embeddings_norm;
  for (std::size_t i = 0; i < spreads.size(); ++i) {
    const auto& layer = weights.layers[i];
    const auto* const attention_norm = layer.attention_norm ? &*layer.attention_norm : last;
    spreads[i].query_key_value.set_inputs(behind(model.norm_first ? *attention_norm : *last));
    spreads[i].up.set_inputs(behind(model.norm_first ? layer.output_norm : *attention_norm));
    last = &layer.output_norm;
  }
}

void set_second_inputs(std::vector<LayerSpreads>& spreads, const EncoderModel& model, const EncoderWeights& weights) {
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    const auto& layer = weights.layers[i];
    spreads[i].attention_output.set_inputs(sizes_behind_attention(spreads[i].query_key_value, layer.query_key_value));
    spreads[i].down.set_inputs(sizes_behind_up(spreads[i].up, layer.up));
  }
}

double widest(const std::vector<LayerSpreads>& spreads) {
  double widest = 0;
  for (const auto& layer : spreads) {
    for (const ProductSpread* spread : {&layer.query_key_value, &layer.attention_output, &layer.up, &layer.down}) {
      widest = std::max(widest, spread->spread());
    }
  }
  return widest;
}

}  // namespace akidb::embedding::backend::native
