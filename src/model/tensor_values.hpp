// A tensor's elements as float32.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <span>

#include "model/safetensors.hpp"

namespace akidb::embedding::model {

// Exact: every half and every bfloat16 is a float32. NaN stays NaN.
float half_to_float(std::uint16_t half) noexcept;
float bfloat16_to_float(std::uint16_t bfloat16) noexcept;

// Elements of a tensor: the product of its shape.
std::uint64_t element_count(const Tensor& tensor) noexcept;

// Elements `first`, `first` + 1, ... into `values`; all must lie in the tensor. F32, F16 and BF16; others
// are unsupported.
Result<void> read_float32(const Tensor& tensor, std::uint64_t first, std::span<float> values);

// The elements where they lie, without a copy; empty unless the tensor is F32 and aligned for it.
std::span<const float> float32_view(const Tensor& tensor) noexcept;

}  // namespace akidb::embedding::model
