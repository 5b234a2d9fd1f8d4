// The parts of the sets for x86. Each is in a file compiled for its instruction set; this header is read by files
// that are not, and knows functions by their addresses alone.
#pragma once

#include "backend/native/kernels/kernel_set.hpp"

namespace akidb::embedding::backend::native::kernels {

namespace avx2 {
extern const ProductKernels kFp32Products;
extern const RowKernels kRows;
}  // namespace avx2

namespace avx512 {
extern const ProductKernels kFp32Products;
extern const RowKernels kRows;
}  // namespace avx512

}  // namespace akidb::embedding::backend::native::kernels
