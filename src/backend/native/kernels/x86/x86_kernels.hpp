// The parts of the sets for x86. Each is in a file compiled for its instruction set; this header is read by files
// that are not, and knows functions by their addresses alone.
#pragma once

#include "backend/native/kernels/kernel_set.hpp"

namespace akidb::embedding::backend::native::kernels {

namespace avx2 {
extern const ProductKernels kFp32Products;
extern const ProductKernels kBf16Products;  // of float rows
extern const ProductKernels kInt8Products;  // in 16 bits
extern const RowKernels kRows;
}  // namespace avx2

namespace avx_vnni {
extern const ProductKernels kInt8Products;
}  // namespace avx_vnni

namespace avx512 {
extern const ProductKernels kFp32Products;
extern const ProductKernels kBf16Products;  // of float rows
extern const ProductKernels kInt8Products;  // in 16 bits
extern const RowKernels kRows;
}  // namespace avx512

namespace avx512_vnni {
extern const ProductKernels kInt8Products;
}  // namespace avx512_vnni

namespace avx512_bf16 {
extern const ProductKernels kBf16Products;  // of bf16 rows
}  // namespace avx512_bf16

namespace amx {
extern const ProductKernels kFp32Products;      // of slices
extern const ProductKernels kFp32HighProducts;  // of slices
extern const ProductKernels kBf16Products;
extern const ProductKernels kInt8Products;
extern const RowKernels kRows;
}  // namespace amx

}  // namespace akidb::embedding::backend::native::kernels
