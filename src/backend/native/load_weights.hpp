// Packed weights: those that an earlier start has kept, or new ones.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <memory>

#include "backend/native/encoder_weights.hpp"
#include "base/executor.hpp"

namespace akidb::embedding::backend::native {

// Keeps int8 weights, which are packed twice with a pass between, in `folder`, unless that is empty, the model's
// identity is not known, or the weights are few. Those of other types are packed at every start: that takes less than
// what the small pages of a mapped file cost their passes (docs/benchmarks.md). Errors: those of pack_weights(). A file
// that cannot be read or written is none.
Result<std::unique_ptr<const EncoderWeights>> load_weights(const Packing& packing, const std::filesystem::path& folder,
                                                           Executor& executor);

}  // namespace akidb::embedding::backend::native
