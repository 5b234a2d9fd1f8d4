#include "graph/quantize_int8.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/column_factors.hpp"
#include "graph/int8_weights.hpp"
#include "graph/linear_layers.hpp"
#include "graph/onnx_file.hpp"

namespace akidb::embedding::graph {
namespace {

constexpr int kWholeRange = 127;
constexpr int kReducedRange = 63;

constexpr const char* kOrtDomain = "com.microsoft";

// Where QuantizeLinear came, and DynamicQuantizeLinear.
constexpr std::int64_t kStaticOpset = 10;
constexpr std::int64_t kDynamicOpset = 11;

class Int8Pass {
 public:
  Int8Pass(onnx::ModelProto& model, const QuantizePlan& plan)
      : graph_(*model.mutable_graph()),
        plan_(plan),
        initializers_(initializers_of(graph_)),
        factors_(plan.per_channel ? column_factors(graph_, initializers_, plan.ranges) : ColumnFactors()) {}

  Result<QuantizeSummary> run() {
    for (const auto& node : graph_.node()) {
      if (const auto layer = linear_layer(node, initializers_)) {
        if (auto made = linear(node, *layer); !made) return made.error();
        ++summary_.linear_layers;
      } else if (const auto* const table = gathered_table(node, initializers_)) {
        gather(node, *table);
        ++summary_.tables;
      } else {
        *nodes_.Add() = node;
      }
    }
    graph_.mutable_node()->Swap(&nodes_);
    for (auto& tensor : added_) graph_.add_initializer()->Swap(&tensor);
    remove_unused();
    graph_.clear_value_info();
    return summary_;
  }

 private:
  using Names = std::vector<std::string>;

  onnx::NodeProto& add(const std::string& op, const Names& inputs, const Names& outputs) {
    auto& node = *nodes_.Add();
    node.set_op_type(op);
    node.set_name(outputs.front() + "." + op);
    for (const auto& input : inputs) node.add_input(input);
    for (const auto& output : outputs) node.add_output(output);
    return node;
  }

  static void attribute(onnx::NodeProto& node, const char* name, std::int64_t value) {
    auto& added = *node.add_attribute();
    added.set_name(name);
    added.set_type(onnx::AttributeProto::INT);
    added.set_i(value);
  }

  template <class T>
  std::string constant(const std::string& name, int type, const std::vector<std::int64_t>& shape,
                       const std::vector<T>& values) {
    auto& tensor = added_.emplace_back();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const auto extent : shape) tensor.add_dims(extent);
    tensor.set_raw_data(values.data(), values.size() * sizeof(T));
    return name;
  }

  // Names of the matrix as int8, inputs x outputs, and of its scales; each weight once.
  std::pair<std::string, std::string> weight(const LinearLayer& layer) {
    const auto& tensor = *layer.weight;
    const auto [entry, is_new] = weights_.try_emplace(tensor.name() + (layer.transposed ? "'" : ""));
    if (!is_new) return entry->second;
    auto [values, rows, columns] = weights_of(layer);
    if (const auto factors = factors_.find(layer.input); factors != factors_.end()) {
      for (std::size_t at = 0; at < values.size(); ++at) values[at] /= factors->second[at / columns];
    }
    const auto scale_of = plan_.per_channel ? ScaleOf::column : ScaleOf::matrix;
    const auto matrix = to_int8(values, rows, columns, scale_of, plan_.reduced_range ? kReducedRange : kWholeRange);
    const auto name = entry->first + "_quantized";
    const std::vector<std::int64_t> of_scales =
        plan_.per_channel ? std::vector<std::int64_t>{static_cast<std::int64_t>(columns)} : std::vector<std::int64_t>{};
    entry->second = {constant(name, onnx::TensorProto::INT8,
                              {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)}, matrix.values),
                     constant(name + "_scale", onnx::TensorProto::FLOAT, of_scales, matrix.scales)};
    return entry->second;
  }

  // The name of the activation in the form that is quantised.
  std::string balanced(const std::string& x) {
    const auto factors = factors_.find(x);
    if (factors == factors_.end()) return x;
    constant(x + "_factors", onnx::TensorProto::FLOAT, {static_cast<std::int64_t>(factors->second.size())},
             factors->second);
    add("Mul", {x, x + "_factors"}, {x + "_balanced"});
    return x + "_balanced";
  }

  // Of the activation in that form.
  [[nodiscard]] Uint8Scale scale_of(const std::string& x, const Range& range) const {
    const auto factors = factors_.find(x);
    float lowest = 0;
    float highest = 0;
    for (std::size_t i = 0; i < range.lowest.size(); ++i) {
      const float factor = factors == factors_.end() ? 1 : factors->second[i];
      lowest = std::min(lowest, factor * range.lowest[i]);
      highest = std::max(highest, factor * range.highest[i]);
    }
    return uint8_scale(lowest, highest);
  }

  Result<void> linear(const onnx::NodeProto& node, const LinearLayer& layer) {
    const std::string& output = node.output(0);
    if (plan_.precision == Precision::int8_static) return static_layer(node, layer);
    const std::string product = layer.bias.empty() ? output : output + "_product";
    dynamic_product(layer, product);
    if (!layer.bias.empty()) add("Add", {product, layer.bias}, {output});
    return {};
  }

  void dynamic_product(const LinearLayer& layer, const std::string& product) {
    const std::string& x = layer.input;
    if (activations_.insert(x).second) {
      add("DynamicQuantizeLinear", {balanced(x)}, {x + "_quantized", x + "_scale", x + "_zero_point"});
    }
    const auto [matrix, scales] = weight(layer);
    add("MatMulInteger", {x + "_quantized", matrix, x + "_zero_point"}, {product + "_int32"});
    attribute(add("Cast", {product + "_int32"}, {product + "_float"}), "to", onnx::TensorProto::FLOAT);
    add("Mul", {x + "_scale", scales}, {product + "_scales"});
    add("Mul", {product + "_float", product + "_scales"}, {product});
  }

  // One node of ONNX Runtime's own: a chain of standard nodes is not joined there, and is slower than float32.
  Result<void> static_layer(const onnx::NodeProto& node, const LinearLayer& layer) {
    const std::string& x = layer.input;
    if (activations_.insert(x).second) {
      const auto range = plan_.ranges.find(x);
      if (range == plan_.ranges.end()) {
        return Error{ErrorCode::invalid_argument, "quantize: calibration gave no range for " + x, {}, {}};
      }
      const auto [scale, zero_point] = scale_of(x, range->second);
      constant(x + "_scale", onnx::TensorProto::FLOAT, {}, std::vector<float>{scale});
      constant(x + "_zero_point", onnx::TensorProto::UINT8, {}, std::vector<std::uint8_t>{zero_point});
      add("QuantizeLinear", {balanced(x), x + "_scale", x + "_zero_point"}, {x + "_quantized"});
    }
    const auto [matrix, scales] = weight(layer);
    Names inputs = {x + "_quantized", matrix, x + "_scale", scales, x + "_zero_point"};
    if (!layer.bias.empty()) inputs.insert(inputs.end(), {std::string(), layer.bias});
    add("MatMulIntegerToFloat", inputs, {node.output(0)}).set_domain(kOrtDomain);
    return {};
  }

  void gather(const onnx::NodeProto& node, const onnx::TensorProto& tensor) {
    const auto rows = static_cast<std::size_t>(tensor.dims(0));
    const auto columns = static_cast<std::size_t>(tensor.dims(1));
    const auto name = tensor.name() + "_rows";
    if (activations_.insert(name).second) {
      const auto matrix = to_int8(float_values(tensor), rows, columns, ScaleOf::row, kWholeRange);
      constant(name, onnx::TensorProto::INT8, {tensor.dims(0), tensor.dims(1)}, matrix.values);
      constant(name + "_scale", onnx::TensorProto::FLOAT, {tensor.dims(0), 1}, matrix.scales);
    }
    const std::string& output = node.output(0);
    add("Gather", {name, node.input(1)}, {output + "_int8"});
    attribute(add("Cast", {output + "_int8"}, {output + "_float"}), "to", onnx::TensorProto::FLOAT);
    add("Gather", {name + "_scale", node.input(1)}, {output + "_scales"});
    add("Mul", {output + "_float", output + "_scales"}, {output});
  }

  // Initializers that no node reads any more.
  void remove_unused() {
    std::set<std::string> used;
    for (const auto& node : graph_.node()) used.insert(node.input().begin(), node.input().end());
    for (const auto& output : graph_.output()) used.insert(output.name());
    auto& all = *graph_.mutable_initializer();
    int kept = 0;
    for (int at = 0; at < all.size(); ++at) {
      // A graph inside a node may read one that no node names.
      const bool is_replaced = weights_.contains(all[at].name()) || weights_.contains(all[at].name() + "'") ||
                               activations_.contains(all[at].name() + "_rows");
      if (is_replaced && !used.contains(all[at].name())) continue;
      if (kept != at) all.SwapElements(kept, at);
      ++kept;
    }
    all.DeleteSubrange(kept, all.size() - kept);
  }

  onnx::GraphProto& graph_;
  const QuantizePlan& plan_;
  Initializers initializers_;
  ColumnFactors factors_;
  google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes_;
  std::vector<onnx::TensorProto> added_;
  std::unordered_map<std::string, std::pair<std::string, std::string>> weights_;
  std::set<std::string> activations_;  // that are quantised already, and tables
  std::set<std::string> dequantized_;  // weights
  QuantizeSummary summary_;
};

}  // namespace

Result<QuantizeSummary> quantize_int8(onnx::ModelProto& model, const QuantizePlan& plan) {
  const auto needed = plan.precision == Precision::int8_static ? kStaticOpset : kDynamicOpset;
  if (opset_of(model) < needed) {
    return Error{ErrorCode::unsupported,
                 "quantize: expected a graph of operator set " + std::to_string(needed) + " or newer, found " +
                     std::to_string(opset_of(model)),
                 {},
                 {}};
  }
  auto summary = Int8Pass(model, plan).run();
  if (summary && summary->linear_layers == 0) {
    return Error{ErrorCode::unsupported, "quantize: the graph has no product with a constant float32 matrix", {}, {}};
  }
  if (plan.precision == Precision::int8_static) {
    auto& import = *model.add_opset_import();
    import.set_domain(kOrtDomain);
    import.set_version(1);
  }
  return summary;
}

}  // namespace akidb::embedding::graph
