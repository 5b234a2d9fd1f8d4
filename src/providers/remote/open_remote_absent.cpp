// In builds without the remote provider.
#include "providers/makers.hpp"

namespace akidb::embedding::providers {

ProviderResult make_remote_provider(const ProviderOptions& /*options*/) {
  return Error{ErrorCode::unsupported,
               "provider: this build has no remote provider; build with -DAKIDB_EMBEDDING_REMOTE=ON",
               {},
               {}};
}

}  // namespace akidb::embedding::providers
