// From a model's name to a provider on ONNX Runtime.
#include <algorithm>
#include <utility>

#include "backend/onnx/onnx_backend.hpp"
#include "base/cpu_topology.hpp"
#include "base/executor.hpp"
#include "base/log.hpp"
#include "hub/cache_folders.hpp"
#include "providers/makers.hpp"
#include "providers/model_provider.hpp"
#include "providers/model_source.hpp"

namespace akidb::embedding::providers {

ProviderResult make_onnx_provider(const ProviderOptions& options, std::string_view device_note) {
  if (options.dtype == Dtype::bf16) {
    return Error{
        ErrorCode::unsupported, "dtype: bf16 is the native provider's; ONNX Runtime has fp16 and int8", {}, {}};
  }
  auto wanted = options;
  if (wanted.dtype == Dtype::fast) wanted.dtype = Dtype::automatic;
  auto source = find_model_source(wanted);
  if (!source) return std::move(source).error();
  ModelParts parts{std::move(source->model), std::move(source->revision)};
  parts.device_note = device_note;
  auto provider = make_model_provider(options, parts, [&](const std::shared_ptr<Executor>& executor) {
    backend::onnx::OnnxOptions onnx;
    onnx.graph = source->graph;
    onnx.masked_graph = source->masked_graph;
    onnx.dtype = model::name_of(source->dtype);
    // A scale from the whole unit would make a vector depend on its neighbours.
    onnx.texts_alone = source->dtype == model::GraphDtype::int8_dynamic;
    onnx.weights = std::move(source->weights);
    onnx.device = options.device;
    onnx.device_id = options.device_id;
    onnx.device_memory = options.device_memory;
    onnx.cache = hub::cache_folders(options.cache, options.hub_cache).derived() / "devices";
    // More threads than processors would only wait for each other.
    onnx.threads = std::min(executor->size(), base::cpu_topology().logical_cpus);
    onnx.onnxruntime = options.onnxruntime;
    onnx.vocab_size = parts.model.encoder ? parts.model.encoder->vocab_size : 0;
    onnx.max_positions = parts.model.encoder ? parts.model.encoder->max_positions : 0;
    return backend::onnx::open_backend(onnx);
  });
  if (provider && options.matmul_precision != MatmulPrecision::automatic) {
    base::log(LogLevel::warning, "matmul_precision: of no effect, ONNX Runtime has products of its own");
  }
  return provider;
}

}  // namespace akidb::embedding::providers
