// InputFactors: what the inputs of int8 products are multiplied with before they are rounded, and the weights divided
// by. A few columns of an encoder's activations are many times larger than all others; rounded together, they take the
// precision of a whole row. Half of that, on a logarithmic scale, moves into the weights, which have a scale for each
// output (SmoothQuant, arXiv 2211.10438).
#pragma once

#include "backend/native/encoder_weights.hpp"
#include "base/executor.hpp"

namespace akidb::embedding::backend::native {

// From `weights`, which are the model's in int8 and without factors: how large activations are shows in a pass over a
// few hundred token ids, the same ones ever. Ones where that pass meets a value that is not finite. resource_exhausted
// where memory is short. On the executor's threads and the caller's.
Result<InputFactors> find_input_factors(const Packing& packing, const EncoderWeights& weights, Executor& executor);

}  // namespace akidb::embedding::backend::native
