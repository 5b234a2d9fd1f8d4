// Fixed shapes for devices that compile a graph for each: few shapes, little padding.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>

namespace akidb::embedding::backend::onnx {

struct Shape {
  std::size_t rows = 0;
  std::size_t length = 0;
  friend auto operator<=>(const Shape&, const Shape&) = default;  // NOLINT(modernize-use-nullptr): the 0 of <=>
};

// Lengths are 16, 32, 64, ... up to `max_positions` (0: unknown), which is the last one; a shape has one row, or
// as many as make `unit_tokens`. The shape that fits `rows` sequences of `length` tokens: where they are more than
// a shape has rows, they run one after the other.
inline Shape bucket_of(std::size_t rows, std::size_t length, std::size_t unit_tokens, std::size_t max_positions) {
  constexpr std::size_t kShortest = 16;
  std::size_t padded = std::bit_ceil(std::max(length, kShortest));
  if (max_positions >= length && max_positions != 0) padded = std::min(padded, max_positions);
  return {rows == 1 ? 1 : std::max<std::size_t>(1, unit_tokens / padded), padded};
}

}  // namespace akidb::embedding::backend::onnx
