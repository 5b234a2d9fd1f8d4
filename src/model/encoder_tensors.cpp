#include "model/encoder_tensors.hpp"

#include <string>

#include "base/log.hpp"

namespace akidb::embedding::model {

EncoderTensors::EncoderTensors(const Weights& weights, const Architecture& architecture, const EncoderConfig& config)
    : weights_(weights), architecture_(architecture), hidden_(config.hidden_size) {
  const std::string probe = std::string(names().word_embeddings) + ".weight";
  if (!weights.find(probe) && weights.find(std::string(architecture.prefix) + probe)) prefix_ = architecture.prefix;
  const auto beyond = in_layer(config.layers, names().query) + ".weight";
  if (!names().query.empty() && weights.find(prefix_ + beyond)) {
    base::log(LogLevel::warning, "the weights hold more layers than the " + std::to_string(config.layers) +
                                     " of config.json, which are all that is computed (" + beyond + ")");
  }
}

std::string EncoderTensors::in_layer(std::uint32_t layer, std::string_view name) const {
  return std::string(names().layer) + std::to_string(layer) + "." + std::string(name);
}

Result<Tensor> EncoderTensors::get(const std::string& name, const std::vector<std::uint64_t>& shape) const {
  return weights_.get(prefix_ + name, shape);
}

Result<Tensor> EncoderTensors::embeddings(std::string_view name, std::uint64_t rows) const {
  return get(std::string(name) + ".weight", {rows, hidden_});
}

Result<Tensor> EncoderTensors::norm(const std::string& name, std::string_view part, std::string_view old_part) const {
  const std::string old_name = name + "." + std::string(old_part);
  const std::string new_name = name + "." + std::string(part);
  const auto old = weights_.find(prefix_ + old_name);
  if (!old) return get(new_name, {hidden_});
  if (weights_.find(prefix_ + new_name)) {
    return Error{ErrorCode::data_corrupt,
                 std::string(old->file) + ": expected one of the tensors \"" + prefix_ + old_name + "\" and \"" +
                     prefix_ + new_name + "\", found both",
                 {},
                 {}};
  }
  return get(old_name, {hidden_});
}

Result<Tensor> EncoderTensors::norm_weight(const std::string& name) const { return norm(name, "weight", "gamma"); }

Result<Tensor> EncoderTensors::norm_bias(const std::string& name) const { return norm(name, "bias", "beta"); }

Result<Tensor> EncoderTensors::weight(const std::string& name, std::uint64_t outputs, std::uint64_t inputs) const {
  return get(name + ".weight", {outputs, inputs});
}

Result<Tensor> EncoderTensors::bias(const std::string& name, std::uint64_t outputs) const {
  return get(name + ".bias", {outputs});
}

}  // namespace akidb::embedding::model
