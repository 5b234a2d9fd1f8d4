// From safetensors to ONNX, without Python.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>

#include "model/model.hpp"

namespace akidb::embedding::graph {

// Writes the model as ONNX (opset 17): inputs input_ids, attention_mask, token_type_ids (int64, batch x
// sequence), output last_hidden_state (float, batch x sequence x hidden). Weights go to external data
// beside the file ("<name>.data") when they are large. onnx::checker has passed when it returns; on failure
// nothing is left behind.
Result<void> write_onnx(const model::ModelFolder& model, const std::filesystem::path& file);

// The converted graph of `model` in `derived`, written at the first call and found at the next ones. Many
// processes may call at once: each sees a whole file or none.
Result<std::filesystem::path> converted_onnx(const model::ModelFolder& model, const std::filesystem::path& derived);

}  // namespace akidb::embedding::graph
