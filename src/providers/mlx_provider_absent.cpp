// In builds without MLX.
#include "providers/makers.hpp"

namespace akidb::embedding::providers {

ProviderResult make_mlx_provider(const ProviderOptions& /*options*/) {
  return Error{ErrorCode::unsupported,
               "the mlx provider: not in this build; run scripts/setup.sh mlx, and build with -DAKIDB_EMBEDDING_MLX=ON",
               {},
               {}};
}

}  // namespace akidb::embedding::providers
