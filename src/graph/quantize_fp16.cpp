#include "graph/quantize_fp16.hpp"

#include <algorithm>
#include <bit>
#include <set>
#include <string>
#include <vector>

#include "graph/onnx_file.hpp"

namespace akidb::embedding::graph {
namespace {

constexpr float kLargestHalf = 65'504;

// To the nearest, ties to even. `value` is finite and within the range.
std::uint16_t to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(std::clamp(value, -kLargestHalf, kLargestHalf));
  const auto sign = static_cast<std::uint16_t>((bits >> 16U) & 0x8000U);
  const auto magnitude = bits & 0x7FFFFFFFU;
  constexpr std::uint32_t kSmallestNormal = 0x38800000;  // 2^-14
  if (magnitude < kSmallestNormal) {
    // Adding 1/2 leaves the ten bits of a subnormal at the end, rounded by the addition itself.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
    return static_cast<std::uint16_t>(sign |
                                      (std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(0.5F)));
  }
  constexpr std::uint32_t kRebias = (127U - 15U) << 23U;
  const std::uint32_t rounded = magnitude - kRebias + 0xFFFU + ((magnitude >> 13U) & 1U);
  return static_cast<std::uint16_t>(sign | (rounded >> 13U));
}

void to_half(onnx::TensorProto& tensor) {
  if (tensor.data_type() != onnx::TensorProto::FLOAT) return;
  const auto values = float_values(tensor);
  std::vector<std::uint16_t> halves(values.size());
  std::transform(values.begin(), values.end(), halves.begin(), [](float value) { return to_half(value); });
  tensor.clear_float_data();
  tensor.set_data_type(onnx::TensorProto::FLOAT16);
  tensor.set_raw_data(halves.data(), halves.size() * sizeof(std::uint16_t));
}

class HalfPass {
 public:
  // Graphs inside nodes see the same names.
  void convert(onnx::GraphProto& graph) {
    for (auto& tensor : *graph.mutable_initializer()) to_half(tensor);
    graph.clear_value_info();
    for (auto& node : *graph.mutable_node()) {
      for (auto& attribute : *node.mutable_attribute()) {
        if (node.op_type() == "Cast" && attribute.name() == "to" && attribute.i() == onnx::TensorProto::FLOAT) {
          attribute.set_i(onnx::TensorProto::FLOAT16);
        }
        if (attribute.has_t()) to_half(*attribute.mutable_t());
        if (attribute.has_g()) convert(*attribute.mutable_g());
      }
    }
  }
};

bool is_float(const onnx::ValueInfoProto& value) {
  return value.type().tensor_type().elem_type() == onnx::TensorProto::FLOAT;
}

void cast(onnx::NodeProto& node, const std::string& from, const std::string& to, int type) {
  node.set_op_type("Cast");
  node.set_name(to + ".Cast");
  node.add_input(from);
  node.add_output(to);
  auto& attribute = *node.add_attribute();
  attribute.set_name("to");
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(type);
}

void rename(onnx::GraphProto& graph, const std::string& from, const std::string& to) {
  for (auto& node : *graph.mutable_node()) {
    for (auto& input : *node.mutable_input()) {
      if (input == from) input = to;
    }
    for (auto& output : *node.mutable_output()) {
      if (output == from) output = to;
    }
  }
}

}  // namespace

Result<QuantizeSummary> convert_to_fp16(onnx::ModelProto& model) {
  auto& graph = *model.mutable_graph();
  HalfPass().convert(graph);
  for (const auto& input : graph.input()) {
    if (is_float(input)) {
      return Error{ErrorCode::unsupported, "quantize: fp16 of a graph with the float32 input " + input.name(), {}, {}};
    }
  }
  for (const auto& output : graph.output()) {
    if (!is_float(output)) continue;
    rename(graph, output.name(), output.name() + "_half");
    cast(*graph.add_node(), output.name() + "_half", output.name(), onnx::TensorProto::FLOAT);
  }
  return QuantizeSummary{};
}

}  // namespace akidb::embedding::graph
