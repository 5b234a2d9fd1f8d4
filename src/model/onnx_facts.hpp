// What an ONNX file says of itself, read from its wire format: no protobuf library is needed, and no memory for
// the weights.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace akidb::embedding::model {

// A tensor whose values lie in another file, as the graph words it: nothing here is checked.
struct OnnxExternalTensor {
  std::string name;
  std::string location;
  std::string offset;                  // decimal; empty: 0
  std::string length;                  // decimal; empty: as the shape says
  std::optional<std::uint64_t> bytes;  // of the shape and the element type; nothing where they give no size
};

struct OnnxFacts {
  std::int64_t opset = 0;                          // of the default domain
  std::set<std::string> operators;                 // "MatMul"
  std::map<std::int32_t, std::uint64_t> elements;  // of initializers, by ONNX's number of their type
  std::vector<OnnxExternalTensor> external;        // wherever a tensor may stand
};

// `name` is for messages. data_corrupt where the bytes are no ONNX model.
Result<OnnxFacts> read_onnx_facts(std::span<const std::byte> bytes, std::string_view name);
Result<OnnxFacts> read_onnx_facts(const std::filesystem::path& file);

// The type that the weights are of, and how they are computed with.
enum class GraphDtype { fp32, fp16, bf16, int8, int8_dynamic };

// int8_dynamic: activations are quantised at run time by the range of the whole batch.
GraphDtype dtype_of(const OnnxFacts& facts);
std::string_view name_of(GraphDtype dtype);  // "fp32", "fp16", "bf16", "int8"

}  // namespace akidb::embedding::model
