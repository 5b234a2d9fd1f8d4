#include <algorithm>

#include "backend/onnx/device.hpp"
#include "backend/onnx/runtime.hpp"
#include "providers/diagnose_parts.hpp"

namespace akidb::embedding::providers {

namespace onnx = backend::onnx;

RuntimeFacts runtime_facts(const ProviderOptions& options) {
  RuntimeFacts facts;
  const auto runtime = onnx::load_runtime(options.onnxruntime);
  if (runtime) {
    facts.version = (*runtime)->version;
    facts.library = (*runtime)->library;
  } else {
    facts.problem = to_string(runtime.error());
  }
  return facts;
}

std::vector<DeviceFacts> device_facts(const ProviderOptions& options) {
  std::vector<DeviceFacts> all;
  const auto runtime = onnx::load_runtime(options.onnxruntime);
  for (const auto& names : onnx::all_devices()) {
    DeviceFacts facts;
    facts.device = names.name;
    facts.execution_provider = names.execution_provider;
    if (!runtime) {
      facts.problem = "ONNX Runtime could not be loaded";
      all.push_back(std::move(facts));
      continue;
    }
    const auto& built_in = (*runtime)->execution_providers;
    facts.built_in = std::find(built_in.begin(), built_in.end(), names.execution_provider) != built_in.end();
    ProviderOptions tried = options;
    tried.provider = ProviderKind::onnx;
    tried.device = names.name;
    if (names.name != options.device) tried.device_id.clear();
    if (!facts.built_in) {
      facts.problem = "not in this ONNX Runtime; " + std::string(names.remedy);
    } else if (auto provider = open(tried); !provider) {
      facts.problem = provider.error().message;
    } else {
      facts.usable = true;
      if (const auto info = (*provider)->model_info()) {
        facts.execution = info->execution;
        facts.share = info->device_share;
      }
    }
    all.push_back(std::move(facts));
  }
  return all;
}

}  // namespace akidb::embedding::providers
