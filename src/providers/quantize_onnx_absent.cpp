// In builds without the converter, or without ONNX Runtime to measure with.
#include <akidb/embedding/quantize.hpp>

namespace akidb::embedding {

Result<QuantizeReport> quantize_onnx(const QuantizeOptions& /*options*/) {
  return Error{ErrorCode::unsupported,
               "this build cannot quantise; build with -DAKIDB_EMBEDDING_CONVERT=ON and -DAKIDB_EMBEDDING_ONNX=ON",
               {},
               {}};
}

}  // namespace akidb::embedding
