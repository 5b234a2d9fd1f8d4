#include "backend/native/position_tables.hpp"

#include <algorithm>
#include <cmath>

namespace akidb::embedding::backend::native {
namespace {

// Distances from here on share the last bucket of their direction.
constexpr double kFarthest = 128;

// `distance` is that from the query to the key.
std::size_t bucket_of(std::ptrdiff_t distance, std::size_t buckets) {
  const std::size_t half = buckets / 2;
  const std::size_t first = distance > 0 ? half : 0;
  const auto far = static_cast<std::size_t>(std::abs(distance));
  const std::size_t exact = half / 2;
  if (far < exact) return first + far;
  // In float32, as the reference, whose buckets end where its rounding puts them.
  const float ratio = std::log(static_cast<float>(far) / static_cast<float>(exact)) /
                      static_cast<float>(std::log(kFarthest / static_cast<double>(exact)));
  const auto above = static_cast<std::size_t>(ratio * static_cast<float>(half - exact));
  return first + std::min(exact + above, half - 1);
}

}  // namespace

RotaryTable rotary_table(double theta, std::size_t positions, std::size_t half) {
  RotaryTable table{theta, std::vector<float>(positions * half), std::vector<float>(positions * half)};
  std::vector<float> frequencies(half);
  for (std::size_t i = 0; i < half; ++i) {
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(2 * half);
    frequencies[i] = 1.0F / std::pow(static_cast<float>(theta), exponent);
  }
  for (std::size_t position = 0; position < positions; ++position) {
    for (std::size_t i = 0; i < half; ++i) {
      const float angle = static_cast<float>(position) * frequencies[i];
      table.cosine[position * half + i] = std::cos(angle);
      table.sine[position * half + i] = std::sin(angle);
    }
  }
  return table;
}

DistanceBias distance_bias(const std::vector<float>& buckets, std::size_t heads, std::size_t positions) {
  DistanceBias bias;
  bias.stride = 2 * positions - 1;
  bias.zero = positions - 1;
  bias.values.resize(heads * bias.stride);
  for (std::size_t at = 0; at < bias.stride; ++at) {
    const auto distance = static_cast<std::ptrdiff_t>(at) - static_cast<std::ptrdiff_t>(bias.zero);
    const std::size_t bucket = bucket_of(distance, buckets.size() / heads);
    for (std::size_t head = 0; head < heads; ++head)
      bias.values[head * bias.stride + at] = buckets[bucket * heads + head];
  }
  return bias;
}

}  // namespace akidb::embedding::backend::native
