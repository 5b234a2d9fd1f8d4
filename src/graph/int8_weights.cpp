#include "graph/int8_weights.hpp"

#include <algorithm>
#include <cmath>

namespace akidb::embedding::graph {

Int8Matrix to_int8(std::span<const float> values, std::size_t rows, std::size_t columns, ScaleOf scale_of, int most) {
  const auto group = [&](std::size_t row, std::size_t column) {
    return scale_of == ScaleOf::matrix ? 0 : scale_of == ScaleOf::row ? row : column;
  };
  Int8Matrix matrix;
  matrix.scales.assign(scale_of == ScaleOf::matrix ? 1 : scale_of == ScaleOf::row ? rows : columns, 0.0F);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      float& largest = matrix.scales[group(row, column)];
      largest = std::max(largest, std::abs(values[row * columns + column]));
    }
  }
  for (float& scale : matrix.scales) scale = scale > 0 ? scale / static_cast<float>(most) : 1.0F;
  matrix.values.reserve(values.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      const float scaled = std::nearbyint(values[row * columns + column] / matrix.scales[group(row, column)]);
      matrix.values.push_back(
          static_cast<std::int8_t>(std::clamp(scaled, -static_cast<float>(most), static_cast<float>(most))));
    }
  }
  return matrix;
}

Uint8Scale uint8_scale(float lowest, float highest) {
  constexpr float kSteps = 255;
  lowest = std::min(lowest, 0.0F);
  highest = std::max(highest, 0.0F);
  if (!(highest - lowest > 0)) return {};
  const float scale = (highest - lowest) / kSteps;
  return {scale, static_cast<std::uint8_t>(std::clamp(std::nearbyint(-lowest / scale), 0.0F, kSteps))};
}

}  // namespace akidb::embedding::graph
