#include "support/plain_bert.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

#include "model/tensor_values.hpp"
#include "model/weights.hpp"

namespace akidb::embedding::test {
namespace {

using model::Activation;
using Matrix = std::vector<double>;  // row after row

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return std::move(*result);
}

// By the names of the Hugging Face checkpoint, with or without "bert.", with the norm's old names or new.
Matrix read(const model::Weights& weights, const std::string& name) {
  std::vector<std::string> spellings = {name, "bert." + name};
  const bool of_norm = name.find("LayerNorm.") != std::string::npos;
  if (of_norm && name.ends_with(".weight")) spellings.push_back(name.substr(0, name.size() - 6) + "gamma");
  if (of_norm && name.ends_with(".bias")) spellings.push_back(name.substr(0, name.size() - 4) + "beta");
  if (spellings.size() == 3) spellings.push_back("bert." + spellings[2]);
  for (const auto& spelling : spellings) {
    const auto tensor = weights.find(spelling);
    if (!tensor) continue;
    std::vector<float> values(model::element_count(*tensor));
    if (auto outcome = model::read_float32(*tensor, 0, values); !outcome) {
      throw std::runtime_error(to_string(outcome.error()));
    }
    return {values.begin(), values.end()};
  }
  throw std::runtime_error("there is no tensor " + name);
}

struct Affine {
  Matrix weight;
  Matrix bias;
};

struct Layer {
  Affine query, key, value, attention_output, attention_norm, intermediate, output, output_norm;
};

// rows x inputs times the transpose of outputs x inputs, plus the bias.
Matrix linear(const Matrix& input, const Affine& affine) {
  const std::size_t outputs = affine.bias.size();
  const std::size_t inputs = affine.weight.size() / outputs;
  const std::size_t rows = input.size() / inputs;
  Matrix result(rows * outputs);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t out = 0; out < outputs; ++out) {
      double sum = affine.bias[out];
      for (std::size_t in = 0; in < inputs; ++in) sum += input[row * inputs + in] * affine.weight[out * inputs + in];
      result[row * outputs + out] = sum;
    }
  }
  return result;
}

Matrix norm(Matrix rows, const Affine& affine, double epsilon) {
  const std::size_t size = affine.bias.size();
  for (std::size_t first = 0; first < rows.size(); first += size) {
    const std::span row = std::span(rows).subspan(first, size);
    double mean = 0;
    for (const double value : row) mean += value / static_cast<double>(size);
    double variance = 0;
    for (const double value : row) variance += (value - mean) * (value - mean) / static_cast<double>(size);
    for (std::size_t i = 0; i < size; ++i) {
      row[i] = (row[i] - mean) / std::sqrt(variance + epsilon) * affine.weight[i] + affine.bias[i];
    }
  }
  return rows;
}

Matrix sum_of(Matrix left, const Matrix& right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
  return left;
}

double activate(double x, Activation activation) {
  switch (activation) {
    case Activation::gelu: return x / 2 * (1 + std::erf(x / std::numbers::sqrt2));
    case Activation::gelu_tanh:
      return x / 2 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case Activation::relu: return std::max(x, 0.0);
    case Activation::silu: return x / (1 + std::exp(-x));
  }
  return x;
}

// Every token attends to every token, head by head.
Matrix attention(const Matrix& query, const Matrix& key, const Matrix& value, std::size_t hidden, std::size_t heads) {
  const std::size_t tokens = query.size() / hidden;
  const std::size_t head_size = hidden / heads;
  Matrix context(query.size());
  for (std::size_t head = 0; head < heads; ++head) {
    for (std::size_t from = 0; from < tokens; ++from) {
      std::vector<double> scores(tokens);
      double total = 0;
      for (std::size_t to = 0; to < tokens; ++to) {
        double dot = 0;
        for (std::size_t i = head * head_size; i < (head + 1) * head_size; ++i) {
          dot += query[from * hidden + i] * key[to * hidden + i];
        }
        scores[to] = std::exp(dot / std::sqrt(static_cast<double>(head_size)));
        total += scores[to];
      }
      for (std::size_t to = 0; to < tokens; ++to) {
        for (std::size_t i = head * head_size; i < (head + 1) * head_size; ++i) {
          context[from * hidden + i] += scores[to] / total * value[to * hidden + i];
        }
      }
    }
  }
  return context;
}

}  // namespace

struct PlainBert::State {
  model::EncoderConfig config;
  Matrix words, positions, types;
  Affine embeddings_norm;
  std::vector<Layer> layers;
};

PlainBert::PlainBert(const model::ModelFolder& folder) {
  const auto weights = value_of(model::Weights::open(folder.safetensors));
  const auto affine = [&](const std::string& name) {
    return Affine{read(weights, name + ".weight"), read(weights, name + ".bias")};
  };
  auto state = std::make_unique<State>();
  state->config = folder.encoder.value();
  state->words = read(weights, "embeddings.word_embeddings.weight");
  state->positions = read(weights, "embeddings.position_embeddings.weight");
  state->types = read(weights, "embeddings.token_type_embeddings.weight");
  state->embeddings_norm = affine("embeddings.LayerNorm");
  for (std::uint32_t i = 0; i < state->config.layers; ++i) {
    const std::string prefix = "encoder.layer." + std::to_string(i) + ".";
    state->layers.push_back({affine(prefix + "attention.self.query"), affine(prefix + "attention.self.key"),
                             affine(prefix + "attention.self.value"), affine(prefix + "attention.output.dense"),
                             affine(prefix + "attention.output.LayerNorm"), affine(prefix + "intermediate.dense"),
                             affine(prefix + "output.dense"), affine(prefix + "output.LayerNorm")});
  }
  state_ = std::move(state);
}

PlainBert::~PlainBert() = default;
PlainBert::PlainBert(PlainBert&&) noexcept = default;

std::size_t PlainBert::hidden_size() const { return state_->config.hidden_size; }

std::vector<double> PlainBert::forward(std::span<const std::uint32_t> ids,
                                       std::span<const std::uint32_t> type_ids) const {
  const std::size_t hidden = hidden_size();
  const auto& config = state_->config;
  Matrix rows(ids.size() * hidden);
  for (std::size_t token = 0; token < ids.size(); ++token) {
    const std::size_t type = type_ids.empty() ? 0 : type_ids[token];
    for (std::size_t i = 0; i < hidden; ++i) {
      rows[token * hidden + i] = state_->words.at(ids[token] * hidden + i) + state_->positions.at(token * hidden + i) +
                                 state_->types.at(type * hidden + i);
    }
  }
  rows = norm(std::move(rows), state_->embeddings_norm, config.layer_norm_epsilon);
  for (const Layer& layer : state_->layers) {
    const Matrix context =
        attention(linear(rows, layer.query), linear(rows, layer.key), linear(rows, layer.value), hidden, config.heads);
    const Matrix middle =
        norm(sum_of(linear(context, layer.attention_output), rows), layer.attention_norm, config.layer_norm_epsilon);
    Matrix wide = linear(middle, layer.intermediate);
    for (double& value : wide) value = activate(value, config.activation);
    rows = norm(sum_of(linear(wide, layer.output), middle), layer.output_norm, config.layer_norm_epsilon);
  }
  return rows;
}

}  // namespace akidb::embedding::test
