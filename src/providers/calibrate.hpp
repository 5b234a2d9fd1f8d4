// What values the activations of a graph take: the calibration of int8.
#pragma once

#include <akidb/embedding/result.hpp>
#include <akidb/embedding/tokenizer.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "graph/quantize.hpp"

namespace akidb::embedding::providers {

// Runs the texts, cut at `max_tokens`, one by one on the CPU. Errors: of the tokenizer, of the graph, of ONNX Runtime.
Result<graph::Ranges> calibrate(const std::filesystem::path& graph, const Tokenizer& tokenizer,
                                std::uint32_t max_tokens, const std::vector<std::string>& texts,
                                const std::filesystem::path& onnxruntime);

}  // namespace akidb::embedding::providers
