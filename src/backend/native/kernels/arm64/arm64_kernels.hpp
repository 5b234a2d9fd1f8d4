// The parts of the sets for arm64. Each is in a file compiled for its instructions; this header is read by files that
// are not, and knows functions by their addresses alone.
#pragma once

#include "backend/native/kernels/kernel_set.hpp"

namespace akidb::embedding::backend::native::kernels {

namespace neon {
extern const ProductKernels kFp32Products;
extern const ProductKernels kBf16Products;  // of float rows
extern const ProductKernels kInt8Products;  // in 16 bits
extern const RowKernels kRows;
}  // namespace neon

namespace neon_dotprod {
extern const ProductKernels kInt8Products;
}  // namespace neon_dotprod

namespace neon_i8mm {
extern const ProductKernels kInt8Products;
}  // namespace neon_i8mm

namespace neon_bf16 {
extern const ProductKernels kBf16Products;  // of bf16 rows
}  // namespace neon_bf16

}  // namespace akidb::embedding::backend::native::kernels
