#include "backend/mlx/bert_encoder.hpp"

#include <mlx/fast.h>
#include <mlx/ops.h>

#include <cmath>
#include <numbers>

namespace akidb::embedding::backend::mlx {
namespace {

mx::array array_of(const std::vector<float>& values) {
  return mx::array(values.begin(), {static_cast<int>(values.size())}, mx::float32);
}

mx::array array_of(const Matrix& matrix) {
  return mx::array(matrix.values.begin(), {static_cast<int>(matrix.rows), static_cast<int>(matrix.columns)},
                   mx::float32);
}

mx::array array_of(const std::vector<std::uint32_t>& ids) {
  return mx::array(ids.begin(), {static_cast<int>(ids.size())}, mx::uint32);
}

// rows x 1 x 1 x length, for every head and query.
mx::array mask_of(const EncoderInput& input) {
  return mx::array(input.is_token->begin(), {input.rows, 1, 1, input.length}, mx::bool_);
}

}  // namespace

BertEncoder::BertEncoder(const BertModel& model, mx::Stream stream)
    : stream_(stream),
      heads_(static_cast<int>(model.heads)),
      hidden_size_(static_cast<int>(model.hidden_size())),
      epsilon_(model.epsilon),
      activation_(model.activation),
      word_embeddings_(array_of(model.word_embeddings)),
      position_embeddings_(array_of(model.position_embeddings)),
      embeddings_norm_{array_of(model.embeddings_norm.weight), array_of(model.embeddings_norm.bias)} {
  const auto norm_of = [](const Norm& norm) { return Affine{array_of(norm.weight), array_of(norm.bias)}; };
  for (const auto& layer : model.layers) {
    layers_.push_back({linear_of(layer.query_key_value), linear_of(layer.attention_output),
                       norm_of(layer.attention_norm), linear_of(layer.up), linear_of(layer.down),
                       norm_of(layer.output_norm)});
  }
}

// With the weight turned round, as a view: inputs x outputs.
BertEncoder::Affine BertEncoder::linear_of(const Linear& linear) const {
  auto weight = mx::transpose(array_of(linear.weight), {1, 0}, stream_);
  weight.eval();
  return {weight, array_of(linear.bias)};
}

mx::array BertEncoder::run(const EncoderInput& input) const {
  auto hidden = mx::add(mx::take(word_embeddings_, array_of(input.token_ids), 0, stream_),
                        mx::take(position_embeddings_, array_of(input.positions), 0, stream_), stream_);
  hidden = norm(embeddings_norm_, hidden);
  const auto mask = input.is_token ? std::optional(mask_of(input)) : std::nullopt;
  for (const auto& layer : layers_) {
    hidden = norm(layer.attention_norm, mx::add(hidden, attention(layer, hidden, input, mask), stream_));
    hidden = norm(layer.output_norm, mx::add(hidden, feed_forward(layer, hidden), stream_));
  }
  hidden = mx::contiguous(hidden, false, stream_);
  hidden.eval();
  return hidden;
}

mx::array BertEncoder::multiply(const Affine& linear, const mx::array& rows) const {
  return mx::addmm(linear.bias, rows, linear.weight, 1.0F, 1.0F, stream_);
}

mx::array BertEncoder::norm(const Affine& affine, const mx::array& rows) const {
  return mx::fast::layer_norm(rows, affine.weight, affine.bias, epsilon_, stream_);
}

mx::array BertEncoder::attention(const Layer& layer, const mx::array& hidden, const EncoderInput& input,
                                 const std::optional<mx::array>& mask) const {
  const int head_size = hidden_size_ / heads_;
  const auto parts = mx::split(multiply(layer.query_key_value, hidden), 3, 1, stream_);
  const auto by_head = [&](const mx::array& rows) {
    const auto split = mx::reshape(rows, {input.rows, input.length, heads_, head_size}, stream_);
    return mx::transpose(split, {0, 2, 1, 3}, stream_);
  };
  const float scale = 1.0F / std::sqrt(static_cast<float>(head_size));
  const auto seen = mx::fast::scaled_dot_product_attention(by_head(parts[0]), by_head(parts[1]), by_head(parts[2]),
                                                           scale, mask ? "array" : "", mask, {}, false, stream_);
  const auto together = mx::transpose(seen, {0, 2, 1, 3}, stream_);
  const auto rows = mx::reshape(together, {input.rows * input.length, hidden_size_}, stream_);
  return multiply(layer.attention_output, rows);
}

mx::array BertEncoder::feed_forward(const Layer& layer, const mx::array& hidden) const {
  return multiply(layer.down, activate(multiply(layer.up, hidden)));
}

mx::array BertEncoder::activate(const mx::array& rows) const {
  const auto number = [](double value) { return mx::array(static_cast<float>(value)); };
  const auto times = [this](const mx::array& a, const mx::array& b) { return mx::multiply(a, b, stream_); };
  // x * (1 + share) / 2
  const auto half_of = [&](const mx::array& share) {
    return times(times(rows, number(0.5)), mx::add(share, number(1), stream_));
  };
  switch (activation_) {
    case Activation::gelu: return half_of(mx::erf(times(rows, number(1 / std::numbers::sqrt2)), stream_));
    case Activation::gelu_tanh: {
      const auto cubed = times(times(rows, rows), times(rows, number(0.044715)));
      const auto inner = times(mx::add(rows, cubed, stream_), number(std::sqrt(2 / std::numbers::pi)));
      return half_of(mx::tanh(inner, stream_));
    }
    case Activation::relu: return mx::maximum(rows, number(0), stream_);
    case Activation::silu: return times(rows, mx::sigmoid(rows, stream_));
  }
  return rows;
}

}  // namespace akidb::embedding::backend::mlx
