// Whether a device computes what the CPU computes.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>

#include "backend/backend.hpp"

namespace akidb::embedding::backend::onnx {

// Below it, two vectors of one token are not the same: half precision and TF32 stay above.
constexpr double kLeastCosine = 0.999;

struct SelfCheck {
  std::size_t vectors = 0;
  double least_cosine = 1;
};

// Runs token sequences of several lengths through both and compares every row. `device` is at fault where a value of
// it is not finite, where a row is zero that is not zero on the CPU, or where a cosine is below kLeastCosine:
// unavailable, with what was seen. Errors of either backend come as they are.
Result<SelfCheck> compare_with_cpu(Backend& device, Backend& cpu);

}  // namespace akidb::embedding::backend::onnx
