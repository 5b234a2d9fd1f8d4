#include "graph/graph_builder.hpp"

#include <algorithm>
#include <utility>

namespace akidb::embedding::graph {
namespace {

constexpr std::int64_t kOpset = 17;
constexpr std::int64_t kIrVersion = 8;

// Sizes that are known only at run time have names.
onnx::TensorShapeProto* typed_shape(onnx::ValueInfoProto& info, const std::string& name, int element_type) {
  info.set_name(name);
  auto* const type = info.mutable_type()->mutable_tensor_type();
  type->set_elem_type(element_type);
  auto* const shape = type->mutable_shape();
  shape->add_dim()->set_dim_param("batch");
  shape->add_dim()->set_dim_param("sequence");
  return shape;
}

void set_attribute(onnx::AttributeProto& proto, const Attribute& attribute) {
  proto.set_name(std::string(attribute.name));
  if (const auto* const integer = std::get_if<std::int64_t>(&attribute.value)) {
    proto.set_type(onnx::AttributeProto::INT);
    proto.set_i(*integer);
  } else if (const auto* const real = std::get_if<float>(&attribute.value)) {
    proto.set_type(onnx::AttributeProto::FLOAT);
    proto.set_f(*real);
  } else {
    proto.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t value : std::get<std::vector<std::int64_t>>(attribute.value)) proto.add_ints(value);
  }
}

}  // namespace

GraphBuilder::GraphBuilder(const std::string& name) {
  model_.set_ir_version(kIrVersion);
  model_.set_producer_name("akidb-embedding");
  auto* const opset = model_.add_opset_import();
  opset->set_domain("");
  opset->set_version(kOpset);
  model_.mutable_graph()->set_name(name);
}

std::string GraphBuilder::input(const std::string& name) {
  typed_shape(*model_.mutable_graph()->add_input(), name, onnx::TensorProto::INT64);
  return name;
}

std::string GraphBuilder::node(std::string_view op, const std::string& name, const std::vector<std::string>& inputs,
                               const std::vector<Attribute>& attributes) {
  node(op, name, inputs, {name}, attributes);
  return name;
}

void GraphBuilder::node(std::string_view op, const std::string& name, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs, const std::vector<Attribute>& attributes) {
  auto* const node = model_.mutable_graph()->add_node();
  node->set_op_type(std::string(op));
  node->set_name(name);
  for (const auto& input : inputs) node->add_input(input);
  for (const auto& output : outputs) node->add_output(output);
  for (const auto& attribute : attributes) set_attribute(*node->add_attribute(), attribute);
}

onnx::TensorProto* GraphBuilder::constant(const std::string& name) {
  auto* const all = model_.mutable_graph()->mutable_initializer();
  if (std::any_of(all->begin(), all->end(), [&](const auto& tensor) { return tensor.name() == name; })) return nullptr;
  auto* const tensor = all->Add();
  tensor->set_name(name);
  return tensor;
}

std::string GraphBuilder::ints(const std::string& name, const std::vector<std::int64_t>& values) {
  if (auto* const tensor = constant(name)) {
    tensor->set_data_type(onnx::TensorProto::INT64);
    tensor->add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) tensor->add_int64_data(value);
  }
  return name;
}

std::string GraphBuilder::scalar(const std::string& name, float value) {
  if (auto* const tensor = constant(name)) {
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    tensor->add_float_data(value);
  }
  return name;
}

void GraphBuilder::output(const std::string& name, std::int64_t hidden) {
  auto* const shape = typed_shape(*model_.mutable_graph()->add_output(), name, onnx::TensorProto::FLOAT);
  shape->add_dim()->set_dim_value(hidden);
}

onnx::ModelProto GraphBuilder::finish(const std::vector<onnx::TensorProto>& parameters) && {
  for (const auto& parameter : parameters) *model_.mutable_graph()->add_initializer() = parameter;
  return std::move(model_);
}

}  // namespace akidb::embedding::graph
