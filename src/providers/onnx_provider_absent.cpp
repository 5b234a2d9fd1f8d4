// In builds without ONNX Runtime.
#include "providers/makers.hpp"

namespace akidb::embedding::providers {

ProviderResult make_onnx_provider(const ProviderOptions& /*options*/, std::string_view /*device_note*/) {
  return Error{
      ErrorCode::unsupported, "provider: this build has no ONNX Runtime; build with -DAKIDB_EMBEDDING_ONNX=ON", {}, {}};
}

}  // namespace akidb::embedding::providers
