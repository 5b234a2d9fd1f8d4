// open(): which provider, and the making of it.
#include <akidb/embedding/open.hpp>

#include "providers/makers.hpp"

namespace akidb::embedding {

Result<std::unique_ptr<EmbeddingProvider>> open(const ProviderOptions& options) {
  switch (options.provider) {
    case ProviderKind::hash: return providers::make_hash_provider(options);
    case ProviderKind::onnx:
    case ProviderKind::automatic: return providers::make_onnx_provider(options);
  }
  return Error{ErrorCode::invalid_argument, "provider: unknown kind", {}, {}};
}

}  // namespace akidb::embedding
