// What happens to a pooled row before it goes home.
#pragma once

#include <span>

namespace akidb::embedding::pipeline {

// To unit Euclidean length. A row of length below 1e-12 is divided by 1e-12, as torch's normalize does, so
// that a zero row stays zero.
void normalize(std::span<float> row) noexcept;

}  // namespace akidb::embedding::pipeline
