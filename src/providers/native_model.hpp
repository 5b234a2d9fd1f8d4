// From a model's folder to what the native backend takes.
#pragma once

#include <akidb/embedding/result.hpp>

#include "backend/native/encoder_model.hpp"
#include "model/model.hpp"

namespace akidb::embedding::providers {

// Maps the weights and finds every tensor. unsupported where the folder describes no known architecture or has
// no safetensors; data_corrupt, naming the tensor, where one is missing, shaped otherwise or of another type.
Result<backend::native::EncoderModel> native_model(const model::ModelFolder& folder);

}  // namespace akidb::embedding::providers
