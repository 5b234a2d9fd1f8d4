// From safetensors to ONNX, without Python.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <string_view>

#include "model/model.hpp"

namespace akidb::embedding::graph {

// Forms of one graph; all compute the same vectors up to rounding.
struct GraphOptions {
  // The input attention_mask. Without it every token counts: right where all sequences of a run have one
  // length.
  bool attention_mask = true;

  // The input token_type_ids. Without it every token is of type 0: what a single text is.
  bool token_type_ids = true;

  // Query, key and value in one product instead of three. Three are 1 to 4 % faster on ONNX Runtime's CPU
  // kernels, which must copy the parts of one apart; an engine with larger products to fill may differ.
  bool fuse_qkv = false;

  friend bool operator==(const GraphOptions&, const GraphOptions&) = default;
};

// Writes the model as ONNX (opset 17): inputs input_ids and, as `options` say, attention_mask and
// token_type_ids (int64, batch x sequence), output last_hidden_state (float, batch x sequence x hidden).
// Weights go to external data beside the file ("<name>.data") when they are large. onnx::checker has
// passed when it returns; on failure nothing is left behind. Errors: not_found (the model has no
// safetensors), unsupported (no description of the encoder), data_corrupt with the tensor that is missing,
// of a wrong shape or not finite, resource_exhausted (disk full), invalid_argument (cannot write there).
Result<void> write_onnx(const model::ModelFolder& model, const std::filesystem::path& file,
                        const GraphOptions& options = {});

// Whether it writes models of this architecture (config.json's model_type); config.json may still ask for something
// that it does not write.
bool is_converted(std::string_view model_type);

// The converted graph of `model` in `derived`, written at the first call and found at the next ones. It has
// the inputs input_ids and attention_mask; unmasked_graph() is its sibling over the same weights with
// input_ids alone. Many processes may call at once: each sees a whole folder or none. Where it is there
// already, nothing is written; where it was damaged, it is made anew. Errors as write_onnx().
Result<std::filesystem::path> converted_onnx(const model::ModelFolder& model, const std::filesystem::path& derived);

// The graph without attention_mask beside a graph that converted_onnx() gave.
std::filesystem::path unmasked_graph(const std::filesystem::path& converted);

}  // namespace akidb::embedding::graph
