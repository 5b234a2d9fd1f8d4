// Find the float32 graph, calibrate where that is asked for, quantise, and measure what became of the vectors.
#include <akidb/embedding/open.hpp>
#include <akidb/embedding/quantize.hpp>
#include <cstdio>
#include <system_error>

#include "graph/quantize.hpp"
#include "model/onnx_external_data.hpp"
#include "providers/calibrate.hpp"
#include "providers/graph_output.hpp"
#include "providers/model_source.hpp"
#include "providers/quality_report.hpp"
#include "providers/weights_range.hpp"

namespace akidb::embedding {
namespace {

namespace fs = std::filesystem;

graph::Precision precision_of(Quantization to) {
  switch (to) {
    case Quantization::fp16: return graph::Precision::fp16;
    case Quantization::int8_dynamic: return graph::Precision::int8_dynamic;
    case Quantization::int8_static: break;
  }
  return graph::Precision::int8_static;
}

ProviderOptions provider_options(const QuantizeOptions& options) {
  ProviderOptions provider;
  provider.model = options.model;
  provider.revision = options.revision;
  provider.tokenizer = options.tokenizer;
  provider.provider = ProviderKind::onnx;
  provider.device = "cpu";
  provider.cache = options.cache;
  provider.hub_cache = options.hub_cache;
  provider.offline = options.offline;
  provider.onnxruntime = options.onnxruntime;
  return provider;
}

std::uint64_t size_with_data(const fs::path& graph) {
  std::error_code ignored;
  std::uint64_t size = fs::file_size(graph, ignored);
  const auto facts = model::read_onnx_facts(graph);
  if (!facts) return size;
  for (const auto& tensor : facts->external) size += tensor.bytes.value_or(0);
  return size;
}

std::string decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", value);
  return text;
}

Result<void> hold_to_bounds(const QualityReport& quality, const QuantizeOptions& options) {
  const auto fails = [&](const std::string& what, double expected, double found) {
    return Error{ErrorCode::data_corrupt,
                 "quantize: " + what + ": expected at least " + decimal(expected) + ", found " + decimal(found) +
                     "; the file was written all the same",
                 options.output.string(),
                 {}};
  };
  if (options.least_cosine && !(quality.least_cosine >= *options.least_cosine)) {
    return fails("the least cosine to float32", *options.least_cosine, quality.least_cosine);
  }
  if (options.least_neighbor_overlap && !(quality.neighbor_overlap >= *options.least_neighbor_overlap)) {
    return fails("the overlap of the ten nearest", *options.least_neighbor_overlap, quality.neighbor_overlap);
  }
  return {};
}

}  // namespace

Result<QuantizeReport> quantize_onnx(const QuantizeOptions& options) {
  if (auto named = providers::check_graph_output(options.output); !named) return named.error();
  auto source_options = provider_options(options);
  const auto source = providers::find_model_source(source_options);
  if (!source) return source.error();
  const auto graph = source->masked_graph.empty() ? source->graph : source->masked_graph;
  if (auto free = providers::check_graph_output(options.output, graph); !free) return free.error();
  const auto float32 = open(source_options);
  if (!float32) return float32.error();

  graph::QuantizePlan plan;
  plan.precision = precision_of(options.to);
  plan.per_channel = options.per_channel;
  plan.reduced_range =
      options.to != Quantization::fp16 && options.reduced_range.value_or(providers::wants_reduced_range());
  if (options.to != Quantization::fp16 && source->dtype == model::GraphDtype::fp32) {
    const auto info = (*float32)->model_info();
    if (!info) return info.error();
    auto ranges = providers::calibrate(graph, *(*float32)->tokenizer(), info->max_tokens,
                                       options.calibration.empty() ? providers::sample_texts() : options.calibration,
                                       options.onnxruntime);
    if (!ranges) return ranges.error();
    plan.ranges = std::move(*ranges);
  }
  const auto summary = graph::quantize_onnx(graph, options.output, plan);
  if (!summary) return summary.error();

  // The same folder's tokenizer, pooling and longest input over the other graph.
  auto after = source_options;
  after.onnx_file = fs::absolute(options.output).string();
  const auto quantized = open(after);
  if (!quantized) return quantized.error();
  const auto texts = options.texts.empty() ? providers::sample_texts() : options.texts;
  const auto quality = providers::compare_quality(**float32, **quantized, texts, options.pairs);
  if (!quality) return quality.error();

  QuantizeReport report;
  report.graph = options.output;
  report.bytes = summary->bytes;
  report.bytes_float32 = size_with_data(graph);
  report.linear_layers = summary->linear_layers;
  report.tables = summary->tables;
  report.reduced_range = plan.reduced_range;
  report.quality = *quality;
  if (auto held = hold_to_bounds(report.quality, options); !held) return held.error();
  return report;
}

}  // namespace akidb::embedding
