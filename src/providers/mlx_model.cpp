#include "providers/mlx_model.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "model/architecture.hpp"
#include "model/encoder_tensors.hpp"
#include "model/tensor_values.hpp"
#include "model/weights.hpp"

namespace akidb::embedding::providers {
namespace {

namespace mlx = backend::mlx;

// BERT's structure: three products for query, key and value, norms behind sums, a table of positions.
bool is_like_bert(const model::EncoderConfig& config) {
  return config.norms == model::NormPlacement::after && !config.gated && config.position_embeddings &&
         config.relative_buckets == 0 && config.rotary_theta == 0 && config.local_window == 0 &&
         config.attention_bias && config.mlp_bias && config.norm_bias;
}

// Stops at the first error and keeps it: the readers below then do nothing more.
class Reader {
 public:
  Reader(const model::EncoderConfig& config, const model::EncoderTensors& tensors)
      : config_(config), tensors_(tensors) {}

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  std::vector<float> values(const Result<model::Tensor>& found) {
    if (error_) return {};
    if (!found) return fail(found.error());
    std::vector<float> values(model::element_count(*found));
    if (auto read = model::read_float32(*found, 0, values); !read) return fail(read.error());
    if (std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) return values;
    return fail({ErrorCode::data_corrupt,
                 std::string(found->file) + ": tensor \"" + std::string(found->name) + "\": a value is NaN or infinite",
                 {},
                 {}});
  }

  mlx::Matrix table(std::string_view name, std::uint64_t rows) {
    return {values(tensors_.embeddings(name, rows)), rows, config_.hidden_size};
  }

  mlx::Norm norm(const std::string& name) {
    return {values(tensors_.norm_weight(name)), values(tensors_.norm_bias(name))};
  }

  // Below what `linear` has already.
  void add(const std::string& name, std::uint64_t outputs, std::uint64_t inputs, mlx::Linear& linear) {
    const auto weight = values(tensors_.weight(name, outputs, inputs));
    const auto bias = values(tensors_.bias(name, outputs));
    linear.weight.values.insert(linear.weight.values.end(), weight.begin(), weight.end());
    linear.weight.rows += outputs;
    linear.weight.columns = inputs;
    linear.bias.insert(linear.bias.end(), bias.begin(), bias.end());
  }

  mlx::BertLayer layer(std::uint32_t index) {
    const auto& names = tensors_.names();
    const auto in_layer = [&](std::string_view name) { return tensors_.in_layer(index, name); };
    const std::uint64_t hidden = config_.hidden_size;
    const std::uint64_t inner = config_.intermediate_size;
    mlx::BertLayer layer;
    for (const auto name : {names.query, names.key, names.value}) {
      add(in_layer(name), hidden, hidden, layer.query_key_value);
    }
    add(in_layer(names.attention_output), hidden, hidden, layer.attention_output);
    layer.attention_norm = norm(in_layer(names.attention_norm));
    add(in_layer(names.intermediate), inner, hidden, layer.up);
    add(in_layer(names.output), hidden, inner, layer.down);
    layer.output_norm = norm(in_layer(names.output_norm));
    return layer;
  }

 private:
  std::vector<float> fail(Error error) {
    error_ = std::move(error);
    return {};
  }

  const model::EncoderConfig& config_;
  const model::EncoderTensors& tensors_;
  std::optional<Error> error_;
};

mlx::Activation activation_of(model::Activation activation) {
  switch (activation) {
    case model::Activation::gelu: return mlx::Activation::gelu;
    case model::Activation::gelu_tanh: return mlx::Activation::gelu_tanh;
    case model::Activation::relu: return mlx::Activation::relu;
    case model::Activation::silu: return mlx::Activation::silu;
  }
  return mlx::Activation::gelu;
}

// A text's tokens are all of type 0.
void add_to_rows(mlx::Matrix& table, const std::vector<float>& row) {
  for (std::size_t at = 0; at < table.values.size() && !row.empty(); ++at) table.values[at] += row[at % table.columns];
}

Error not_for_it(const std::string& why, const model::ModelFolder& folder) {
  return {ErrorCode::unsupported, "the mlx provider: " + why, folder.folder.string(), {}};
}

}  // namespace

Result<mlx::BertModel> mlx_model(const model::ModelFolder& folder) {
  if (!folder.encoder || !is_like_bert(*folder.encoder)) {
    return not_for_it(
        "runs BERT, DistilBERT, RoBERTa, XLM-RoBERTa and CamemBERT, and config.json describes none of them", folder);
  }
  if (folder.safetensors.files.empty()) return not_for_it("the model has no safetensors weights", folder);
  const auto weights = model::Weights::open(folder.safetensors);
  if (!weights) return weights.error();

  const auto& config = *folder.encoder;
  const auto& architecture = *model::find_architecture(config.architecture);
  const model::EncoderTensors tensors(*weights, architecture, config);
  const auto& names = architecture.tensors;
  Reader reader(config, tensors);
  mlx::BertModel model;
  model.heads = config.heads;
  model.max_positions = config.max_positions;
  model.epsilon = static_cast<float>(config.layer_norm_epsilon);
  model.activation = activation_of(config.activation);
  model.padding_id = config.padding_id;
  model.word_embeddings = reader.table(names.word_embeddings, config.vocab_size);
  model.position_embeddings = reader.table(names.position_embeddings, config.position_rows());
  if (config.type_vocab_size > 0) {
    auto types = reader.table(names.type_embeddings, config.type_vocab_size).values;
    types.resize(std::min<std::size_t>(types.size(), config.hidden_size));
    add_to_rows(model.position_embeddings, types);
  }
  model.embeddings_norm = reader.norm(std::string(names.embeddings_norm));
  for (std::uint32_t layer = 0; layer < config.layers && !reader.error(); ++layer) {
    model.layers.push_back(reader.layer(layer));
  }
  if (reader.error()) return *reader.error();
  return model;
}

}  // namespace akidb::embedding::providers
