#include <akidb/embedding/doctor.hpp>
#include <chrono>
#include <cmath>

#include "base/cpu_topology.hpp"
#include "hub/model_store.hpp"
#include "providers/diagnose_parts.hpp"

namespace akidb::embedding {
namespace {

ProcessorFacts processor_facts() {
  const auto cpu = base::cpu_topology();
  return {cpu.model_name, cpu.instruction_sets, cpu.logical_cpus, cpu.physical_cores, cpu.quota, cpu.usable_cores()};
}

double length_of(std::span<const float> row) {
  double squares = 0;
  for (const float value : row) squares += static_cast<double>(value) * value;
  return std::sqrt(squares);
}

ModelFacts model_facts(const ProviderOptions& options) {
  ModelFacts facts;
  facts.name = options.model;
  const auto begin = std::chrono::steady_clock::now();
  auto provider = open(options);
  const auto opened = std::chrono::steady_clock::now();
  if (options.provider != ProviderKind::hash && options.provider != ProviderKind::remote) {
    const auto folders = hub::cache_folders(options.cache, options.hub_cache);
    const auto located = hub::locate(options.model, options.revision, folders);
    if (located) facts.folder = located->folder;
  }
  if (!provider) {
    facts.problem = std::move(provider).error();
    return facts;
  }
  facts.open_ms = std::chrono::duration<double, std::milli>(opened - begin).count();
  auto info = (*provider)->model_info();
  if (info) facts.info = *std::move(info);
  BatchEmbeddingRequest request;
  request.inputs.emplace_back("hello world");
  auto response = (*provider)->embed_batch(std::move(request));
  if (!response) {
    facts.problem = std::move(response).error();
  } else {
    facts.vector_length = length_of(response->embeddings.row(0));
  }
  return facts;
}

// Opening a model on ONNX Runtime adds to the derived folder only where it converts it.
bool has_grown(const std::vector<FolderFacts>& before, const std::vector<FolderFacts>& after) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (after[i].purpose == "derived" && after[i].bytes > before[i].bytes) return true;
  }
  return false;
}

}  // namespace

Diagnosis diagnose(const ProviderOptions& options) {
  Diagnosis diagnosis;
  diagnosis.processor = processor_facts();
  const auto folders_before = providers::folder_facts(options);
  diagnosis.model = model_facts(options);
  diagnosis.folders = providers::folder_facts(options);
  const auto& info = diagnosis.model.info;
  const bool is_native = info && info->provider == "native";
  diagnosis.model.converted = !is_native && has_grown(folders_before, diagnosis.folders);
  diagnosis.native = providers::native_facts();
  diagnosis.onnxruntime = providers::runtime_facts(options);
  diagnosis.devices = providers::device_facts(options);
  return diagnosis;
}

}  // namespace akidb::embedding
