// A tensor's elements as float32.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <span>

#include "base/float16.hpp"
#include "model/safetensors.hpp"

namespace akidb::embedding::model {

using base::bfloat16_to_float;
using base::half_to_float;

// Elements of a tensor: the product of its shape.
std::uint64_t element_count(const Tensor& tensor) noexcept;

// Elements `first`, `first` + 1, ... into `values`; all must lie in the tensor. F32, F16 and BF16; others
// are unsupported.
Result<void> read_float32(const Tensor& tensor, std::uint64_t first, std::span<float> values);

// The elements where they lie, without a copy; empty unless the tensor is F32 and aligned for it.
std::span<const float> float32_view(const Tensor& tensor) noexcept;

}  // namespace akidb::embedding::model
