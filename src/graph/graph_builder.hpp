// Building an ONNX graph node by node. The only file, with its users in this folder, that knows protobuf.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace akidb::embedding::graph {

struct Attribute {
  std::string_view name;
  std::variant<std::int64_t, float, std::vector<std::int64_t>> value;
};

// Values are named by strings, as in ONNX. Every node's first output is named after the node.
class GraphBuilder {
 public:
  explicit GraphBuilder(const std::string& name);

  // An int64 input, batch x sequence.
  std::string input(const std::string& name);

  // Adds a node and returns the name of its output, which is `name`.
  std::string node(std::string_view op, const std::string& name, const std::vector<std::string>& inputs,
                   const std::vector<Attribute>& attributes = {});

  // A node with many outputs.
  void node(std::string_view op, const std::string& name, const std::vector<std::string>& inputs,
            const std::vector<std::string>& outputs, const std::vector<Attribute>& attributes);

  // Constants; equal ones of one name are added once.
  std::string ints(const std::string& name, const std::vector<std::int64_t>& values);
  std::string scalar(const std::string& name, float value);

  // The value called `name` becomes an output, float, batch x sequence x `hidden`.
  void output(const std::string& name, std::int64_t hidden);

  // The whole model, with the initializers of `parameters`.
  onnx::ModelProto finish(const std::vector<onnx::TensorProto>& parameters) &&;

 private:
  onnx::TensorProto* constant(const std::string& name);

  onnx::ModelProto model_;
};

}  // namespace akidb::embedding::graph
