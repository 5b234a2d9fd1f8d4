// Whole ONNX models in memory, weights and all.
#pragma once

#include <onnx/onnx_pb.h>
#include <akidb/embedding/result.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace akidb::embedding::graph {

// External data is checked (model/onnx_external_data.hpp) and read into the model. data_corrupt where it is no model.
Result<onnx::ModelProto> load_onnx(const std::filesystem::path& file);

// onnx::checker's word on it; internal where it is not valid. `folder` is that of external data, if there is any.
Result<void> check_onnx(const onnx::ModelProto& model, const std::filesystem::path& folder = {});

// With all weights inside; a reader finds the old file or the new one. resource_exhausted above
// 2 GB, which protobuf cannot write. Gives the size.
Result<std::uint64_t> save_onnx(const onnx::ModelProto& model, const std::filesystem::path& file);

// Of the default domain; 0 where there is none.
std::int64_t opset_of(const onnx::ModelProto& model);

// Values of a float32 initializer.
std::vector<float> float_values(const onnx::TensorProto& tensor);

// Values of a tensor.
std::uint64_t element_count(const onnx::TensorProto& tensor);

}  // namespace akidb::embedding::graph
