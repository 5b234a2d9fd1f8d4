#include "graph/quantize.hpp"

#include <set>

#include "graph/linear_layers.hpp"
#include "graph/onnx_file.hpp"
#include "graph/quantize_fp16.hpp"
#include "graph/quantize_int8.hpp"
#include "model/onnx_facts.hpp"

namespace akidb::embedding::graph {

Result<QuantizeSummary> quantize_onnx(const std::filesystem::path& graph, const std::filesystem::path& output,
                                      const QuantizePlan& plan) {
  const auto facts = model::read_onnx_facts(graph);
  if (!facts) return facts.error();
  if (const auto dtype = model::dtype_of(*facts); dtype != model::GraphDtype::fp32) {
    return Error{ErrorCode::unsupported,
                 "quantize: expected a float32 graph, " + graph.filename().string() + " is of " +
                     std::string(model::name_of(dtype)),
                 graph.string(),
                 {}};
  }
  auto model = load_onnx(graph);
  if (!model) return model.error();
  auto summary = plan.precision == Precision::fp16 ? convert_to_fp16(*model) : quantize_int8(*model, plan);
  if (!summary) return summary;
  if (auto checked = check_onnx(*model); !checked) return checked.error();
  const auto bytes = save_onnx(*model, output);
  if (!bytes) return bytes.error();
  summary->bytes = *bytes;
  return summary;
}

Result<std::vector<std::string>> activations_of(const std::filesystem::path& graph) {
  const auto model = load_onnx(graph);
  if (!model) return model.error();
  const auto initializers = initializers_of(model->graph());
  std::set<std::string> names;
  for (const auto& node : model->graph().node()) {
    if (const auto layer = linear_layer(node, initializers)) names.insert(layer->input);
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Result<void> expose_activations(const std::filesystem::path& graph, const std::vector<std::string>& names,
                                const std::filesystem::path& output) {
  auto model = load_onnx(graph);
  if (!model) return model.error();
  std::set<std::string> there;
  for (const auto& value : model->graph().output()) there.insert(value.name());
  for (const auto& name : names) {
    if (!there.insert(name).second) continue;
    auto& added = *model->mutable_graph()->add_output();
    added.set_name(name);
    added.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
  }
  const auto saved = save_onnx(*model, output);
  if (!saved) return saved.error();
  return {};
}

}  // namespace akidb::embedding::graph
