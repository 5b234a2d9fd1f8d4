#include "backend/native/kernels/x86/x86_sets.hpp"

#include "backend/native/kernels/scalar/scalar_kernels.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {

const KernelSet kAvx2Set = {
    .name = "avx2",
    .fp32 = avx2::kFp32Products,
    .bf16 = scalar::kBf16Products,
    .int8 = scalar::kInt8Products,
    .rows = avx2::kRows,
};

const KernelSet kAvx512Set = {
    .name = "avx512",
    .fp32 = avx512::kFp32Products,
    .bf16 = scalar::kBf16Products,
    .int8 = scalar::kInt8Products,
    .rows = avx512::kRows,
};

}  // namespace akidb::embedding::backend::native::kernels
