#include "onnx/probe_graph.hpp"

#include <onnx/onnx_pb.h>

#include <fstream>
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

void describe(onnx::ValueInfoProto& value, const std::string& name, TensorProto::DataType type, std::size_t rank) {
  value.set_name(name);
  auto* const tensor = value.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  for (std::size_t at = 0; at < rank; ++at) tensor->mutable_shape()->add_dim()->set_dim_param("d" + std::to_string(at));
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

}  // namespace

void write_probe_graph(const std::filesystem::path& file, const ProbeGraph& probe) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  auto& graph = *model.mutable_graph();
  graph.set_name("probe");
  auto& axis = *graph.add_initializer();
  axis.set_name("axis");
  axis.set_data_type(TensorProto::INT64);
  axis.add_dims(1);
  axis.add_int64_data(2);

  std::vector<std::string> columns;
  for (const auto& input : probe.inputs) {
    describe(*graph.add_input(), input, element_type(probe.input_type), 2);
    integer(node(graph, "Cast", {input}, input + ".float"), "to", TensorProto::FLOAT);
    node(graph, "Unsqueeze", {input + ".float", "axis"}, columns.emplace_back(input + ".column"));
  }
  integer(node(graph, "Concat", columns, "rows"), "axis", 2);
  reduce_over_the_sequence(node(graph, "ReduceMean", {"rows"}, "means"));
  for (const auto& output : probe.outputs) {
    describe(*graph.add_output(), output.name, element_type(output.type), output.rank);
    integer(node(graph, "Cast", {output.rank == 2 ? "means" : "rows"}, output.name), "to", element_type(output.type));
  }
  std::ofstream stream(file, std::ios::binary);
  if (!model.SerializeToOstream(&stream)) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace akidb::embedding::test
