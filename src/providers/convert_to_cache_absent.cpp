// In builds without the converter.
#include "providers/convert_to_cache.hpp"

namespace akidb::embedding::providers {

Result<ConvertedGraph> convert_to_cache(const model::ModelFolder& /*model*/, const std::filesystem::path& /*derived*/) {
  return Error{ErrorCode::unsupported,
               "the model has no ONNX file, and this build cannot convert safetensors; build with "
               "-DAKIDB_EMBEDDING_CONVERT=ON",
               {},
               {}};
}

}  // namespace akidb::embedding::providers
