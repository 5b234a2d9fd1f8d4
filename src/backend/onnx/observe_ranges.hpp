// What values a graph's float32 outputs take over sample inputs: the calibration of quantisation.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace akidb::embedding::backend::onnx {

struct ObservedRange {
  std::string output;
  std::vector<float> lowest;  // of each column, which is the last dimension
  std::vector<float> highest;
};

// Runs each sequence alone on the CPU. data_corrupt where a value is not finite.
Result<std::vector<ObservedRange>> observe_ranges(const std::filesystem::path& graph,
                                                  const std::vector<std::string>& outputs,
                                                  const std::vector<std::vector<std::uint32_t>>& sequences,
                                                  const std::filesystem::path& onnxruntime);

}  // namespace akidb::embedding::backend::onnx
