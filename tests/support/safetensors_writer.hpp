// Safetensors files as tests need them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/dtype.hpp"

namespace akidb::embedding::test {

struct FloatTensor {
  std::vector<std::uint64_t> shape;
  std::vector<float> values;
};

using FloatTensors = std::map<std::string, FloatTensor>;

// The size, `header`, and `data_size` bytes of data that count up from zero.
std::string safetensors_bytes(std::string_view header, std::size_t data_size);

// A whole file of these tensors, stored as F32, F16 or BF16 (rounded to nearest, ties to even; no value
// may lie outside what the format has as normal numbers).
std::string safetensors_bytes(const FloatTensors& tensors, model::Dtype dtype = model::Dtype::f32);

// What remains of a value that was stored so.
float stored_as(float value, model::Dtype dtype);

}  // namespace akidb::embedding::test
