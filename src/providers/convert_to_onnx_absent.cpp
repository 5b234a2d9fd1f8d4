#include <akidb/embedding/convert.hpp>

#include "providers/is_converted_to_onnx.hpp"

namespace akidb::embedding {

Result<ConvertReport> convert_to_onnx(const ConvertOptions& /*options*/) {
  return Error{
      ErrorCode::unsupported, "convert: this build has no converter; build with -DAKIDB_EMBEDDING_CONVERT=ON", {}, {}};
}

bool providers::is_converted_to_onnx(std::string_view /*model_type*/) { return false; }

}  // namespace akidb::embedding
