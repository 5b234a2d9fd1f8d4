#include <akidb/embedding/convert.hpp>

namespace akidb::embedding {

Result<ConvertReport> convert_to_onnx(const ConvertOptions& /*options*/) {
  return Error{
      ErrorCode::unsupported, "convert: this build has no converter; build with -DAKIDB_EMBEDDING_CONVERT=ON", {}, {}};
}

}  // namespace akidb::embedding
