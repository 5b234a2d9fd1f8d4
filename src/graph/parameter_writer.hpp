// A graph's parameters: small ones inside the graph file, large ones in a data file beside it.
#pragma once

#include <onnx/onnx_pb.h>
#include <akidb/embedding/result.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file_writer.hpp"

namespace akidb::embedding::graph {

// Takes a parameter's values in pieces, in their order.
using FloatSink = std::function<Result<void>(std::span<const float> values)>;
using FloatSource = std::function<Result<void>(const FloatSink& sink)>;

// Not thread-safe. A value that is not finite is data_corrupt, naming the parameter.
class ParameterWriter {
 public:
  // All parameters inside the graph file.
  ParameterWriter() = default;

  // Those of 64 KiB and more in a new file at `data`, at offsets that can be mapped (multiples of 4,096),
  // little-endian. Memory does not grow with their size.
  static Result<ParameterWriter> with_data_file(const std::filesystem::path& data);

  // `source` must give as many values as `shape` has.
  Result<void> add(const std::string& name, const std::vector<std::uint64_t>& shape, const FloatSource& source);

  // Syncs the data file and gives the parameters, which refer to it by its name. Call once.
  Result<std::vector<onnx::TensorProto>> finish();

 private:
  Result<void> add_inside(onnx::TensorProto& tensor, const FloatSource& source);
  Result<void> add_outside(onnx::TensorProto& tensor, const FloatSource& source);

  std::string data_name_;
  std::optional<base::FileWriter> data_;
  std::vector<onnx::TensorProto> parameters_;
};

}  // namespace akidb::embedding::graph
