// In builds without the native encoder.
#include "providers/makers.hpp"

namespace akidb::embedding::providers {

ProviderResult make_native_provider(const ProviderOptions& /*options*/) {
  return Error{
      ErrorCode::unsupported, "the native provider: not in this build; build with -DAKIDB_EMBEDDING_NATIVE=ON", {}, {}};
}

}  // namespace akidb::embedding::providers
