#include "providers/diagnose_parts.hpp"

namespace akidb::embedding::providers {

RuntimeFacts runtime_facts(const ProviderOptions& /*options*/) {
  return {{}, {}, "this build has no ONNX Runtime; build with -DAKIDB_EMBEDDING_ONNX=ON"};
}

std::vector<DeviceFacts> device_facts(const ProviderOptions& /*options*/) { return {}; }

}  // namespace akidb::embedding::providers
