// Factors for the columns of an activation, whose inverses go into the rows of the weights (SmoothQuant): the product
// is the same, and what a few large columns cost all others in eight bits is shared with the weights, which have a
// scale for each output.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <string>
#include <vector>

#include "graph/linear_layers.hpp"
#include "graph/quantize.hpp"

namespace akidb::embedding::graph {

// By activation, a factor above 0 for each column.
using ColumnFactors = std::map<std::string, std::vector<float>>;

// One set for all linear layers that read an activation, of those that `ranges` knows: weight^0.3 / input^0.7, of the
// greatest magnitudes. None where layers with different inputs share a weight: each would need a copy of it.
ColumnFactors column_factors(const onnx::GraphProto& graph, const Initializers& initializers, const Ranges& ranges);

}  // namespace akidb::embedding::graph
