// A graph in half precision.
#pragma once

#include <onnx/onnx_pb.h>
#include <akidb/embedding/result.hpp>

#include "graph/quantize.hpp"

namespace akidb::embedding::graph {

// Changes the model in place: every float32 constant and computation becomes float16, magnitudes that it does not hold
// the largest that it does; a graph's float32 inputs and outputs are cast at the border.
Result<QuantizeSummary> convert_to_fp16(onnx::ModelProto& model);

}  // namespace akidb::embedding::graph
