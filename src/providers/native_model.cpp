#include "providers/native_model.hpp"

#include <string>
#include <utility>

#include "model/architecture.hpp"
#include "model/encoder_tensors.hpp"
#include "model/model_identity.hpp"
#include "model/tensor_values.hpp"
#include "model/weights.hpp"

namespace akidb::embedding::providers {
namespace {

namespace native = backend::native;
using native::StoredLinear;
using native::StoredNorm;
using native::StoredTensor;

Result<native::ElementType> element_type(const model::Tensor& tensor) {
  switch (tensor.dtype) {
    case model::Dtype::f32: return native::ElementType::fp32;
    case model::Dtype::f16: return native::ElementType::fp16;
    case model::Dtype::bf16: return native::ElementType::bf16;
    default: break;
  }
  return Error{ErrorCode::unsupported,
               std::string(tensor.file) + ": tensor \"" + std::string(tensor.name) +
                   "\": expected F32, F16 or BF16, found " + std::string(model::to_string(tensor.dtype)),
               {},
               {}};
}

Result<StoredTensor> stored(const Result<model::Tensor>& found) {
  if (!found) return found.error();
  const auto type = element_type(*found);
  if (!type) return type.error();
  const bool is_matrix = found->shape.size() == 2;
  return StoredTensor{std::string(found->file) + ": tensor \"" + std::string(found->name) + "\"", *type,
                      found->bytes.data(), is_matrix ? found->shape[0] : 1, found->shape.back()};
}

// Rows [first, first + count) of a matrix.
StoredTensor rows_of(StoredTensor tensor, std::size_t first, std::size_t count) {
  const std::size_t width = tensor.type == native::ElementType::fp32 ? 4 : 2;
  tensor.bytes += first * tensor.columns * width;
  tensor.rows = count;
  return tensor;
}

StoredTensor values_of(StoredTensor vector, std::size_t first, std::size_t count) {
  const std::size_t width = vector.type == native::ElementType::fp32 ? 4 : 2;
  vector.bytes += first * width;
  vector.columns = count;
  return vector;
}

// Stops at the first error and keeps it: the readers below then do nothing more.
class Reader {
 public:
  Reader(const model::EncoderConfig& config, const model::EncoderTensors& tensors)
      : config_(config), tensors_(tensors) {}

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  StoredTensor take(const Result<model::Tensor>& found) {
    auto tensor = stored(found);
    if (tensor) return std::move(*tensor);
    if (!error_) error_ = tensor.error();
    return {};
  }

  StoredTensor table(std::string_view name, std::uint64_t rows) { return take(tensors_.embeddings(name, rows)); }

  StoredNorm norm(const std::string& name) {
    StoredNorm norm{take(tensors_.norm_weight(name)), {}};
    if (config_.norm_bias) norm.bias = take(tensors_.norm_bias(name));
    return norm;
  }

  void add_linear(const std::string& name, std::uint64_t outputs, std::uint64_t inputs, bool has_bias,
                  StoredLinear& linear) {
    linear.weights.push_back(take(tensors_.weight(name, outputs, inputs)));
    if (has_bias) linear.biases.push_back(take(tensors_.bias(name, outputs)));
  }

  StoredLinear linear(const std::string& name, std::uint64_t outputs, std::uint64_t inputs, bool has_bias) {
    StoredLinear linear;
    add_linear(name, outputs, inputs, has_bias, linear);
    return linear;
  }

  native::StoredLayer layer(std::uint32_t index) {
    const auto& names = tensors_.names();
    const auto in_layer = [&](std::string_view name) { return tensors_.in_layer(index, name); };
    const std::uint64_t hidden = config_.hidden_size;
    native::StoredLayer layer;
    if (config_.first_attention_norm || index > 0) layer.attention_norm = norm(in_layer(names.attention_norm));
    if (names.qkv.empty()) {
      for (const auto name : {names.query, names.key, names.value}) {
        add_linear(in_layer(name), hidden, hidden, config_.attention_bias, layer.query_key_value);
      }
    } else {
      layer.query_key_value = linear(in_layer(names.qkv), 3 * hidden, hidden, config_.attention_bias);
    }
    layer.attention_output = linear(in_layer(names.attention_output), hidden, hidden, config_.attention_bias);
    feed_forward(index, layer);
    layer.output_norm = norm(in_layer(names.output_norm));
    const bool is_local = config_.local_window != 0 && config_.local_layers[index];
    layer.rotary_theta = is_local ? config_.local_rotary_theta : config_.rotary_theta;
    if (is_local) layer.window = config_.local_window;
    return layer;
  }

 private:
  void feed_forward(std::uint32_t index, native::StoredLayer& layer) {
    const auto& names = tensors_.names();
    const std::string up = tensors_.in_layer(index, names.intermediate);
    const std::uint64_t hidden = config_.hidden_size;
    const std::uint64_t inner = config_.intermediate_size;
    layer.down = linear(tensors_.in_layer(index, names.output), hidden, inner, config_.mlp_bias);
    if (!config_.gated) {
      layer.up = linear(up, inner, hidden, config_.mlp_bias);
    } else if (!names.multiplied.empty()) {
      layer.up = linear(up, inner, hidden, config_.mlp_bias);
      layer.multiplied = linear(tensors_.in_layer(index, names.multiplied), inner, hidden, config_.mlp_bias);
    } else {
      split(linear(up, 2 * inner, hidden, config_.mlp_bias), inner, layer);
    }
  }

  // One tensor that holds what is activated and what it is multiplied with.
  static void split(const StoredLinear& both, std::size_t inner, native::StoredLayer& layer) {
    layer.multiplied.emplace();
    if (both.weights.front().bytes == nullptr) return;  // the error is kept
    layer.up.weights.push_back(rows_of(both.weights.front(), 0, inner));
    layer.multiplied->weights.push_back(rows_of(both.weights.front(), inner, inner));
    if (both.biases.empty() || both.biases.front().bytes == nullptr) return;
    layer.up.biases.push_back(values_of(both.biases.front(), 0, inner));
    layer.multiplied->biases.push_back(values_of(both.biases.front(), inner, inner));
  }

  const model::EncoderConfig& config_;
  const model::EncoderTensors& tensors_;
  std::optional<Error> error_;
};

native::kernels::Activation activation_of(model::Activation activation) {
  switch (activation) {
    case model::Activation::gelu: return native::kernels::Activation::gelu;
    case model::Activation::gelu_tanh: return native::kernels::Activation::gelu_tanh;
    case model::Activation::relu: return native::kernels::Activation::relu;
    case model::Activation::silu: return native::kernels::Activation::silu;
  }
  return native::kernels::Activation::gelu;
}

native::EncoderModel shape_of(const model::EncoderConfig& config) {
  native::EncoderModel shape;
  shape.hidden_size = config.hidden_size;
  shape.heads = config.heads;
  shape.inner_size = config.intermediate_size;
  shape.max_positions = config.max_positions;
  shape.epsilon = static_cast<float>(config.layer_norm_epsilon);
  shape.activation = activation_of(config.activation);
  shape.norm_first = config.norms == model::NormPlacement::before;
  shape.padding_id = config.padding_id;
  return shape;
}

Error not_for_it(const std::string& why, const model::ModelFolder& folder) {
  return {ErrorCode::unsupported, "the native provider: " + why, folder.folder.string(), {}};
}

}  // namespace

Result<native::EncoderModel> native_model(const model::ModelFolder& folder) {
  if (!folder.encoder) {
    return not_for_it(
        "config.json describes no architecture that it knows (known: " + model::architecture_names() + ")", folder);
  }
  if (folder.safetensors.files.empty()) return not_for_it("the model has no safetensors weights", folder);
  auto opened = model::Weights::open(folder.safetensors);
  if (!opened) return std::move(opened).error();
  const auto weights = std::make_shared<const model::Weights>(std::move(opened).value());

  const auto& config = *folder.encoder;
  const auto& architecture = *model::find_architecture(config.architecture);
  const model::EncoderTensors tensors(*weights, architecture, config);
  const auto& names = architecture.tensors;
  Reader reader(config, tensors);
  auto model = shape_of(config);
  model.word_embeddings = reader.table(names.word_embeddings, config.vocab_size);
  if (config.position_embeddings) {
    model.position_embeddings = reader.table(names.position_embeddings, config.position_rows());
  }
  if (config.type_vocab_size > 0) {
    model.type_embeddings = reader.table(names.type_embeddings, config.type_vocab_size);
  }
  model.embeddings_norm = reader.norm(std::string(names.embeddings_norm));
  for (std::uint32_t layer = 0; layer < config.layers; ++layer) model.layers.push_back(reader.layer(layer));
  if (!names.final_norm.empty()) model.final_norm = reader.norm(std::string(names.final_norm));
  if (config.relative_buckets > 0) {
    model.relative_bias =
        reader.take(tensors.weight(std::string(names.relative_bias), config.relative_buckets, config.heads));
  }
  if (reader.error()) return *reader.error();
  auto identity = model::model_identity(folder);
  if (!identity) return std::move(identity).error();
  model.identity = std::move(*identity);
  model.source = folder.folder;
  model.owner = weights;
  return model;
}

}  // namespace akidb::embedding::providers
