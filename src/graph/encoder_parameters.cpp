#include "graph/encoder_parameters.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "model/tensor_values.hpp"

namespace akidb::embedding::graph {
namespace {

using model::EncoderConfig;
using model::Tensor;

constexpr std::size_t kPiece = 1 << 18;  // floats that are read at a time

// The tensor as it is.
FloatSource copy_of(const Tensor& tensor) {
  return [tensor](const FloatSink& sink) -> Result<void> {
    const std::uint64_t count = model::element_count(tensor);
    std::vector<float> piece(std::min<std::uint64_t>(count, kPiece));
    for (std::uint64_t first = 0; first < count; first += piece.size()) {
      const auto values = std::span(piece).first(std::min<std::uint64_t>(piece.size(), count - first));
      if (auto outcome = model::read_float32(tensor, first, values); !outcome) return outcome;
      if (auto outcome = sink(values); !outcome) return outcome;
    }
    return {};
  };
}

Result<std::vector<float>> all_values(const Tensor& tensor) {
  std::vector<float> values(model::element_count(tensor));
  if (auto outcome = model::read_float32(tensor, 0, values); !outcome) return outcome.error();
  return values;
}

// Linear layers of one input, side by side: their outputs follow one another.
struct Linear {
  Tensor weight;
  Tensor bias;
  float scale = 1;
};

FloatSource transposed(std::vector<Linear> parts, std::uint64_t inputs) {
  return [parts = std::move(parts), inputs](const FloatSink& sink) -> Result<void> {
    std::uint64_t columns = 0;
    for (const auto& part : parts) columns += part.weight.shape[0];
    std::vector<float> matrix(inputs * columns);
    std::uint64_t first_column = 0;
    for (const auto& part : parts) {
      const auto weight = all_values(part.weight);
      if (!weight) return weight.error();
      const std::uint64_t outputs = part.weight.shape[0];
      for (std::uint64_t row = 0; row < inputs; ++row) {
        float* const target = &matrix[row * columns + first_column];
        for (std::uint64_t output = 0; output < outputs; ++output) {
          target[output] = (*weight)[output * inputs + row] * part.scale;
        }
      }
      first_column += outputs;
    }
    return sink(matrix);
  };
}

FloatSource joined_biases(std::vector<Linear> parts) {
  return [parts = std::move(parts)](const FloatSink& sink) -> Result<void> {
    for (const auto& part : parts) {
      auto bias = all_values(part.bias);
      if (!bias) return bias.error();
      for (float& value : *bias) value *= part.scale;
      if (auto outcome = sink(*bias); !outcome) return outcome;
    }
    return {};
  };
}

// Every row of `table` plus the first row of `types`.
FloatSource with_first_type(const Tensor& table, const Tensor& types) {
  return [table, types](const FloatSink& sink) -> Result<void> {
    const std::uint64_t hidden = table.shape[1];
    std::vector<float> first(hidden);
    if (auto outcome = model::read_float32(types, 0, first); !outcome) return outcome;
    std::vector<float> row(hidden);
    for (std::uint64_t i = 0; i < table.shape[0]; ++i) {
      if (auto outcome = model::read_float32(table, i * hidden, row); !outcome) return outcome;
      for (std::uint64_t j = 0; j < hidden; ++j) row[j] += first[j];
      if (auto outcome = sink(row); !outcome) return outcome;
    }
    return {};
  };
}

class Writer {
 public:
  Writer(const EncoderConfig& config, const model::EncoderTensors& tensors, const ParameterLayout& layout,
         ParameterWriter& writer)
      : config_(config), tensors_(tensors), layout_(layout), writer_(writer) {}

  Result<void> embeddings() {
    const auto& names = tensors_.names();
    const auto words = tensors_.embeddings(names.word_embeddings, config_.vocab_size);
    if (!words) return words.error();
    const auto positions = tensors_.embeddings(names.position_embeddings, config_.max_positions);
    if (!positions) return positions.error();
    if (auto outcome = table(names.word_embeddings, *words, copy_of(*words)); !outcome) return outcome;
    if (config_.type_vocab_size == 0) {
      if (auto outcome = table(names.position_embeddings, *positions, copy_of(*positions)); !outcome) return outcome;
      return norm(std::string(names.embeddings_norm));
    }
    const auto types = tensors_.embeddings(names.type_embeddings, config_.type_vocab_size);
    if (!types) return types.error();
    if (layout_.type_embeddings) {
      if (auto outcome = table(names.type_embeddings, *types, copy_of(*types)); !outcome) return outcome;
    }
    const auto source = layout_.type_embeddings ? copy_of(*positions) : with_first_type(*positions, *types);
    if (auto outcome = table(names.position_embeddings, *positions, source); !outcome) return outcome;
    return norm(std::string(names.embeddings_norm));
  }

  Result<void> layer(std::uint32_t index) {
    const auto& names = tensors_.names();
    const auto in_layer = [&](std::string_view name) { return tensors_.in_layer(index, name); };
    const std::uint64_t hidden = config_.hidden_size;
    const std::uint64_t inner = config_.intermediate_size;
    if (auto outcome = attention_inputs(index); !outcome) return outcome;
    if (auto outcome = linear(in_layer(names.attention_output), hidden, hidden); !outcome) return outcome;
    if (auto outcome = norm(in_layer(names.attention_norm)); !outcome) return outcome;
    if (auto outcome = linear(in_layer(names.intermediate), inner, hidden); !outcome) return outcome;
    if (auto outcome = linear(in_layer(names.output), hidden, inner); !outcome) return outcome;
    return norm(in_layer(names.output_norm));
  }

 private:
  Result<void> table(std::string_view name, const Tensor& tensor, const FloatSource& source) {
    return writer_.add(std::string(name) + ".weight", {tensor.shape.begin(), tensor.shape.end()}, source);
  }

  Result<void> norm(const std::string& name) {
    const auto weight = tensors_.norm_weight(name);
    if (!weight) return weight.error();
    const auto bias = tensors_.norm_bias(name);
    if (!bias) return bias.error();
    if (auto outcome = writer_.add(name + ".weight", {config_.hidden_size}, copy_of(*weight)); !outcome) return outcome;
    return writer_.add(name + ".bias", {config_.hidden_size}, copy_of(*bias));
  }

  Result<Linear> read_linear(const std::string& name, std::uint64_t outputs, std::uint64_t inputs, float scale = 1) {
    const auto weight = tensors_.weight(name, outputs, inputs);
    if (!weight) return weight.error();
    const auto bias = tensors_.bias(name, outputs);
    if (!bias) return bias.error();
    return Linear{*weight, *bias, scale};
  }

  Result<void> write_linear(const std::string& name, const std::vector<Linear>& parts) {
    const std::uint64_t inputs = parts.front().weight.shape[1];
    std::uint64_t outputs = 0;
    for (const auto& part : parts) outputs += part.weight.shape[0];
    if (auto outcome = writer_.add(name + ".weight", {inputs, outputs}, transposed(parts, inputs)); !outcome) {
      return outcome;
    }
    return writer_.add(name + ".bias", {outputs}, joined_biases(parts));
  }

  Result<void> linear(const std::string& name, std::uint64_t outputs, std::uint64_t inputs) {
    const auto part = read_linear(name, outputs, inputs);
    if (!part) return part.error();
    return write_linear(name, {*part});
  }

  Result<void> attention_inputs(std::uint32_t index) {
    const auto& names = tensors_.names();
    const std::uint64_t hidden = config_.hidden_size;
    const auto query_scale = static_cast<float>(1 / std::sqrt(static_cast<double>(hidden) / config_.heads));
    std::vector<Linear> parts;
    for (const auto& [name, scale] :
         {std::pair(names.query, query_scale), std::pair(names.key, 1.0F), std::pair(names.value, 1.0F)}) {
      const auto part = read_linear(tensors_.in_layer(index, name), hidden, hidden, scale);
      if (!part) return part.error();
      parts.push_back(*part);
      if (layout_.fuse_qkv) continue;
      if (auto outcome = write_linear(tensors_.in_layer(index, name), {*part}); !outcome) return outcome;
    }
    return layout_.fuse_qkv ? write_linear(tensors_.in_layer(index, kFusedQkv), parts) : Result<void>();
  }

  const EncoderConfig& config_;
  const model::EncoderTensors& tensors_;
  const ParameterLayout& layout_;
  ParameterWriter& writer_;
};

}  // namespace

Result<void> write_encoder_parameters(const EncoderConfig& config, const model::EncoderTensors& tensors,
                                      const ParameterLayout& layout, ParameterWriter& writer) {
  Writer parameters(config, tensors, layout, writer);
  if (auto outcome = parameters.embeddings(); !outcome) return outcome;
  for (std::uint32_t layer = 0; layer < config.layers; ++layer) {
    if (auto outcome = parameters.layer(layer); !outcome) return outcome;
  }
  return {};
}

}  // namespace akidb::embedding::graph
