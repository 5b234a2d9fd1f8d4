#include "providers/convert_to_cache.hpp"

#include <utility>

#include "graph/convert.hpp"
#include "graph/external_weights.hpp"
#include "providers/cache_hint.hpp"

namespace akidb::embedding::providers {

Result<ConvertedGraph> convert_to_cache(const model::ModelFolder& model, const std::filesystem::path& derived) {
  const auto masked = graph::converted_onnx(model, derived);
  if (!masked) return with_cache_hint(masked.error());
  // Units hold equal lengths, so that every token counts.
  ConvertedGraph converted;
  converted.graph = graph::unmasked_graph(*masked);
  converted.masked = *masked;
  auto external = graph::read_external_tensors(converted.graph);
  if (!external) return std::move(external).error();
  converted.weights.file = std::move(external->file);
  for (auto& tensor : external->tensors) {
    converted.weights.tensors.push_back({std::move(tensor.name), std::move(tensor.shape), tensor.offset});
  }
  return converted;
}

}  // namespace akidb::embedding::providers
