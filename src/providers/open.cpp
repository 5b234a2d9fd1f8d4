// open(): which provider, and the making of it.
#include <akidb/embedding/open.hpp>
#include <string>

#include "base/guard_memory.hpp"
#include "base/no_thread.hpp"
#include "providers/makers.hpp"

namespace akidb::embedding {
namespace {

Result<std::unique_ptr<EmbeddingProvider>> make_provider(const ProviderOptions& options) {
  switch (options.provider) {
    case ProviderKind::hash: return providers::make_hash_provider(options);
    case ProviderKind::remote: return providers::make_remote_provider(options);
    case ProviderKind::onnx: return providers::make_onnx_provider(options);
    case ProviderKind::native: return providers::make_native_provider(options);
    case ProviderKind::mlx: return providers::make_mlx_provider(options);
    case ProviderKind::automatic: return providers::make_best_provider(options);
  }
  return Error{ErrorCode::invalid_argument, "provider: unknown kind", {}, {}};
}

}  // namespace

Result<std::unique_ptr<EmbeddingProvider>> open(const ProviderOptions& options) {
  if (options.dtype < Dtype::automatic || options.dtype > Dtype::fast) {
    return Error{
        ErrorCode::invalid_argument, "dtype: unknown value " + std::to_string(static_cast<int>(options.dtype)), {}, {}};
  }
  return base::guard_memory("load the model", [&]() -> Result<std::unique_ptr<EmbeddingProvider>> {
    try {
      return make_provider(options);
    } catch (const base::NoThread&) {
      return base::no_thread();
    }
  });
}

}  // namespace akidb::embedding
