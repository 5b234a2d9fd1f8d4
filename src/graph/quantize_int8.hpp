// int8 nodes in the place of float32 ones.
#pragma once

#include <onnx/onnx_pb.h>
#include <akidb/embedding/result.hpp>

#include "graph/quantize.hpp"

namespace akidb::embedding::graph {

// Changes the model in place. Errors as quantize_onnx().
Result<QuantizeSummary> quantize_int8(onnx::ModelProto& model, const QuantizePlan& plan);

}  // namespace akidb::embedding::graph
