// Convert, look at what came out, run it, and compare it with the graph the model was published with.
#include <akidb/embedding/convert.hpp>
#include <akidb/embedding/open.hpp>
#include <system_error>

#include "graph/convert.hpp"
#include "graph/onnx_summary.hpp"
#include "model/model.hpp"
#include "providers/compare_graphs.hpp"
#include "providers/graph_output.hpp"
#include "providers/is_converted_to_onnx.hpp"
#include "providers/model_location.hpp"

namespace akidb::embedding {
namespace {

// The rounding of two orders of the same sums, with room; a wrong weight or formula is orders above it.
constexpr double kAllowedDifference = 1e-3;

// `graph` is the model's folder or a graph of it; both with the model's own tokenizer and longest input.
ProviderOptions options_for(const ConvertOptions& options, const model::ModelFolder& model,
                            const std::filesystem::path& graph) {
  ProviderOptions provider;
  provider.model = std::filesystem::absolute(graph).string();  // never an id, whatever the name
  provider.provider = ProviderKind::onnx;
  provider.device = "cpu";
  provider.tokenizer = model.tokenizer;
  provider.max_length = model.max_tokens;
  provider.offline = true;
  provider.cache = options.cache;
  provider.onnxruntime = options.onnxruntime;
  return provider;
}

Result<void> describe(ConvertReport& report) {
  const auto summary = graph::summarize_onnx(report.graph);
  if (!summary) return summary.error();
  report.opset = summary->opset;
  report.nodes = summary->nodes;
  report.parameters = summary->parameters;
  report.inputs = summary->inputs;
  report.outputs = summary->outputs;

  std::error_code failure;
  report.bytes = std::filesystem::file_size(report.graph, failure);
  auto weights = report.graph;
  weights += ".data";
  if (std::filesystem::exists(weights, failure)) {
    report.weights = weights;
    report.bytes += std::filesystem::file_size(weights, failure);
  }
  return {};
}

Result<void> compare(ConvertReport& report, EmbeddingProvider& converted, const ConvertOptions& options,
                     const model::ModelFolder& model) {
  const auto published = open(options_for(options, model, model.folder));
  if (!published) return published.error();
  auto comparison = providers::compare_graphs(converted, **published);
  if (!comparison) return comparison.error();
  comparison->with = std::filesystem::relative(*model.onnx, model.folder).string();
  report.comparison = *comparison;
  if (comparison->largest_difference <= kAllowedDifference) return {};
  return Error{ErrorCode::internal,
               "the converted graph differs from " + comparison->with + " by " +
                   std::to_string(comparison->largest_difference) + ", expected at most " +
                   std::to_string(kAllowedDifference),
               report.graph.string(),
               {}};
}

Result<void> check_is_no_graph(const std::filesystem::path& model) {
  std::error_code ignored;
  if (model.extension() != ".onnx" || !std::filesystem::is_regular_file(model, ignored)) return {};
  return Error{ErrorCode::invalid_argument,
               "model: " + model.string() + " is an ONNX file already: expected a model with safetensors weights",
               {},
               {}};
}

}  // namespace

Result<ConvertReport> convert_to_onnx(const ConvertOptions& options) {
  if (auto named = providers::check_graph_output(options.output); !named) return named.error();
  if (auto needed = check_is_no_graph(options.model); !needed) return needed.error();
  providers::ModelWish wish{options.model, options.revision};
  wish.offline = options.offline;
  wish.on_download = options.on_download;
  const auto located = providers::locate_model(wish, hub::cache_folders(options.cache, options.hub_cache));
  if (!located) return located.error();
  const auto model = model::read_model_folder(located->folder);
  if (!model) return model.error();
  if (auto free = providers::check_graph_output(options.output, model->onnx.value_or("")); !free) return free.error();
  if (auto written = graph::write_onnx(*model, options.output); !written) return written.error();

  ConvertReport report;
  report.graph = options.output;
  if (auto described = describe(report); !described) return described.error();
  const auto converted = open(options_for(options, *model, options.output));
  if (!converted) {
    if (converted.error().code == ErrorCode::internal) return converted.error();
    report.not_run_why = converted.error().message;
    return report;
  }
  report.ran = true;
  if (model->onnx) {
    if (auto same = compare(report, **converted, options, *model); !same) return same.error();
  }
  return report;
}

bool providers::is_converted_to_onnx(std::string_view model_type) { return graph::is_converted(model_type); }

}  // namespace akidb::embedding
