// What depends on positions alone, computed once at load.
#pragma once

#include <cstddef>
#include <vector>

namespace akidb::embedding::backend::native {

// Cosines and sines of rotary positions: `half` values a position.
struct RotaryTable {
  double theta = 0;
  std::vector<float> cosine;
  std::vector<float> sine;
};

// In float32 as the reference computes its angles, so that large positions agree too.
RotaryTable rotary_table(double theta, std::size_t positions, std::size_t half);

// A bias for each head and distance (key - query) from -(positions - 1) to positions - 1: the row of its bucket in
// `buckets` (rows x heads). As T5 does for encoders: one half of the buckets for each direction, exact for
// small distances, logarithmic up to 128.
struct DistanceBias {
  std::vector<float> values;  // head after head
  std::size_t stride = 0;     // from head to head
  std::size_t zero = 0;       // place of distance 0 in a head
};

DistanceBias distance_bias(const std::vector<float>& buckets, std::size_t heads, std::size_t positions);

}  // namespace akidb::embedding::backend::native
