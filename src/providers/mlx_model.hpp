// From a model's folder to what the backend on MLX takes.
#pragma once

#include <akidb/embedding/result.hpp>

#include "backend/mlx/bert_model.hpp"
#include "model/model.hpp"

namespace akidb::embedding::providers {

// Reads every weight as float32. unsupported where the folder has no safetensors, or its architecture is none of
// BERT's kind; data_corrupt, naming the tensor, where one is missing, shaped otherwise or not finite.
Result<backend::mlx::BertModel> mlx_model(const model::ModelFolder& folder);

}  // namespace akidb::embedding::providers
