// The parts of the scalar set.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "backend/native/kernels/kernel_set.hpp"

namespace akidb::embedding::backend::native::kernels::scalar {

extern const ProductKernels kFp32Products;
extern const ProductKernels kBf16Products;
extern const ProductKernels kInt8Products;

void convert(const Conversion& conversion);
bool norm(const Norm& norm);
void gather(const Gather& gather);
void rotate(const Rotation& rotation);
std::size_t attention_scratch(std::size_t length, std::size_t head_size);
void attend(const Attention& attention);
bool all_finite(const float* values, std::size_t count);
void map(Function function, const float* in, float* out, std::size_t count);

// Through double, so that each is right to the last bit or nearly so.
float apply(Activation activation, float x);

// Round to nearest, ties to even; a NaN stays one.
inline std::uint16_t to_bf16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if (std::isnan(x)) return static_cast<std::uint16_t>((bits >> 16U) | 0x40U);
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

inline float from_bf16(std::uint16_t x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16U); }

}  // namespace akidb::embedding::backend::native::kernels::scalar
