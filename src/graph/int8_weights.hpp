// float32 matrices as int8 with scales, without zero points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace akidb::embedding::graph {

enum class ScaleOf { matrix, column, row };

struct Int8Matrix {
  std::vector<std::int8_t> values;  // as the matrix was, row after row
  std::vector<float> scales;        // value x scale of its column, row or matrix
};

// `most` is the largest magnitude: 127, or 63 where sums of two products must fit 16 bits.
Int8Matrix to_int8(std::span<const float> values, std::size_t rows, std::size_t columns, ScaleOf scale_of, int most);

// uint8 that takes `lowest` to `highest`, and zero exactly.
struct Uint8Scale {
  float scale = 1;
  std::uint8_t zero_point = 0;
};
Uint8Scale uint8_scale(float lowest, float highest);

}  // namespace akidb::embedding::graph
