#include "onnx/probe_graph.hpp"

#include <onnx/onnx_pb.h>

#include <fstream>
#include <numeric>
#include <stdexcept>

namespace akidb::embedding::test {
namespace {

using onnx::TensorProto;

TensorProto::DataType element_type(ProbeGraph::Type type) {
  switch (type) {
    case ProbeGraph::Type::int64: return TensorProto::INT64;
    case ProbeGraph::Type::int32: return TensorProto::INT32;
    case ProbeGraph::Type::float32: return TensorProto::FLOAT;
    case ProbeGraph::Type::float64: return TensorProto::DOUBLE;
  }
  return TensorProto::UNDEFINED;
}

// Sizes are free where `sizes` has none or -1.
void describe(onnx::ValueInfoProto& value, const std::string& name, TensorProto::DataType type, std::size_t rank,
              const std::vector<std::int64_t>& sizes = {}) {
  value.set_name(name);
  auto* const tensor = value.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  for (std::size_t at = 0; at < rank; ++at) {
    auto* const dimension = tensor->mutable_shape()->add_dim();
    if (at < sizes.size() && sizes[at] >= 0) {
      dimension->set_dim_value(sizes[at]);
    } else {
      dimension->set_dim_param("d" + std::to_string(at));
    }
  }
}

onnx::NodeProto& node(onnx::GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs,
                      const std::string& output) {
  auto& added = *graph.add_node();
  added.set_op_type(op);
  added.set_name(output + "." + op);
  for (const auto& input : inputs) added.add_input(input);
  added.add_output(output);
  return added;
}

void integer(onnx::NodeProto& to, const std::string& name, std::int64_t value) {
  auto& attribute = *to.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void reduce_over_the_sequence(onnx::NodeProto& to) {
  auto& axes = *to.add_attribute();
  axes.set_name("axes");
  axes.set_type(onnx::AttributeProto::INTS);
  axes.add_ints(1);
  integer(to, "keepdims", 0);
}

void integers(onnx::GraphProto& graph, const std::string& name, const std::vector<std::int64_t>& values) {
  auto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const auto value : values) tensor.add_int64_data(value);
}

// The rows in the shape that is asked for.
std::string shaped(onnx::GraphProto& graph, ProbeGraph::Shape shape) {
  if (shape == ProbeGraph::Shape::same) return "rows";
  if (shape == ProbeGraph::Shape::transposed) {
    auto& order = *node(graph, "Transpose", {"rows"}, "transposed").add_attribute();
    order.set_name("perm");
    order.set_type(onnx::AttributeProto::INTS);
    for (const auto axis : {1, 0, 2}) order.add_ints(axis);
    return "transposed";
  }
  integers(graph, "one", {1});
  integers(graph, "end", {INT64_MAX});
  node(graph, "Slice", {"rows", "one", "end", "one"}, "cut");
  return "cut";
}

}  // namespace

void write_probe_graph(const std::filesystem::path& file, const ProbeGraph& probe) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  auto& graph = *model.mutable_graph();
  graph.set_name("probe");
  integers(graph, "axis", {2});
  if (probe.vocabulary_size > 0) {
    std::vector<std::int64_t> table(static_cast<std::size_t>(probe.vocabulary_size));
    std::iota(table.begin(), table.end(), 0);
    integers(graph, "table", table);
  }

  std::vector<std::string> columns;
  for (const auto& input : probe.inputs) {
    describe(*graph.add_input(), input, element_type(probe.input_type), 2, probe.sizes);
    const bool is_looked_up = probe.vocabulary_size > 0 && input == "input_ids";
    if (is_looked_up) node(graph, "Gather", {"table", input}, "looked_up");
    integer(node(graph, "Cast", {is_looked_up ? "looked_up" : input}, input + ".float"), "to", TensorProto::FLOAT);
    node(graph, "Unsqueeze", {input + ".float", "axis"}, columns.emplace_back(input + ".column"));
  }
  integer(node(graph, "Concat", columns, "rows"), "axis", 2);
  reduce_over_the_sequence(node(graph, "ReduceMean", {"rows"}, "means"));
  const auto rows = shaped(graph, probe.shape);
  for (const auto& output : probe.outputs) {
    describe(*graph.add_output(), output.name, element_type(output.type), output.rank);
    integer(node(graph, "Cast", {output.rank == 2 ? "means" : rows}, output.name), "to", element_type(output.type));
  }
  std::ofstream stream(file, std::ios::binary);
  if (!model.SerializeToOstream(&stream)) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace akidb::embedding::test
