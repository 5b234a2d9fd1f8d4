// A checkpoint's tensors as an encoder's layers call for them, whatever the checkpoint calls them.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/architecture.hpp"
#include "model/model.hpp"
#include "model/weights.hpp"

namespace akidb::embedding::model {

// Checkpoints of a model with a head put the architecture's prefix ("bert.") before names, and old ones
// call LayerNorm's weight and bias gamma and beta. Tensors that no layer asks for are passed over.
// Views `weights`, which must outlive it. A missing or wrongly shaped tensor is data_corrupt, by name.
class EncoderTensors {
 public:
  EncoderTensors(const Weights& weights, const Architecture& architecture, const EncoderConfig& config);

  [[nodiscard]] const TensorNames& names() const noexcept { return architecture_.tensors; }

  // "encoder.layer.3." + name
  [[nodiscard]] std::string in_layer(std::uint32_t layer, std::string_view name) const;

  // `rows` x hidden
  [[nodiscard]] Result<Tensor> embeddings(std::string_view name, std::uint64_t rows) const;

  // Weight and bias of a LayerNorm.
  [[nodiscard]] Result<Tensor> norm_weight(const std::string& name) const;
  [[nodiscard]] Result<Tensor> norm_bias(const std::string& name) const;

  // Weight (outputs x inputs) and bias of a linear layer.
  [[nodiscard]] Result<Tensor> weight(const std::string& name, std::uint64_t outputs, std::uint64_t inputs) const;
  [[nodiscard]] Result<Tensor> bias(const std::string& name, std::uint64_t outputs) const;

 private:
  [[nodiscard]] Result<Tensor> norm(const std::string& name, std::string_view part, std::string_view old_part) const;
  [[nodiscard]] Result<Tensor> get(const std::string& name, const std::vector<std::uint64_t>& shape) const;

  const Weights& weights_;
  const Architecture& architecture_;
  std::uint64_t hidden_;
  std::string prefix_;
};

}  // namespace akidb::embedding::model
