#include "pipeline/postprocess.hpp"

#include <algorithm>
#include <cmath>

namespace akidb::embedding::pipeline {

void normalize(std::span<float> row) noexcept {
  double squares = 0;
  for (const float value : row) squares += static_cast<double>(value) * static_cast<double>(value);
  const double length = std::max(std::sqrt(squares), 1e-12);
  for (float& value : row) value = static_cast<float>(static_cast<double>(value) / length);
}

}  // namespace akidb::embedding::pipeline
