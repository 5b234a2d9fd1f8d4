// In builds without the converter.
#include "providers/quantized_in_cache.hpp"

namespace akidb::embedding::providers {

Result<std::filesystem::path> quantized_in_cache(const Float32Graph& float32, Dtype /*dtype*/,
                                                 const std::filesystem::path& /*derived*/) {
  return Error{ErrorCode::unsupported,
               "dtype: this build cannot convert a float32 graph; build with -DAKIDB_EMBEDDING_CONVERT=ON",
               float32.graph.string(),
               {}};
}

}  // namespace akidb::embedding::providers
