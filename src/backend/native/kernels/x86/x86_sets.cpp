#include "backend/native/kernels/x86/x86_sets.hpp"

#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {

const KernelSet kAvx2Set = {
    .name = "avx2",
    .fp32 = avx2::kFp32Products,
    .fp32_high = avx2::kFp32Products,
    .bf16 = avx2::kBf16Products,
    .int8 = avx2::kInt8Products,
    .rows = avx2::kRows,
};

const KernelSet kAvxVnniSet = {
    .name = "avx_vnni",
    .fp32 = avx2::kFp32Products,
    .fp32_high = avx2::kFp32Products,
    .bf16 = avx2::kBf16Products,
    .int8 = avx_vnni::kInt8Products,
    .rows = avx2::kRows,
};

const KernelSet kAvx512Set = {
    .name = "avx512",
    .fp32 = avx512::kFp32Products,
    .fp32_high = avx512::kFp32Products,
    .bf16 = avx512::kBf16Products,
    .int8 = avx512::kInt8Products,
    .rows = avx512::kRows,
};

const KernelSet kAvx512VnniSet = {
    .name = "avx512_vnni",
    .fp32 = avx512::kFp32Products,
    .fp32_high = avx512::kFp32Products,
    .bf16 = avx512::kBf16Products,
    .int8 = avx512_vnni::kInt8Products,
    .rows = avx512::kRows,
};

const KernelSet kAvx512Bf16Set = {
    .name = "avx512_bf16",
    .fp32 = avx512::kFp32Products,
    .fp32_high = avx512::kFp32Products,
    .bf16 = avx512_bf16::kBf16Products,
    .int8 = avx512_vnni::kInt8Products,
    .rows = avx512::kRows,
};

const KernelSet kAmxSet = {
    .name = "amx",
    .fp32 = amx::kFp32Products,
    .fp32_high = amx::kFp32HighProducts,
    .bf16 = amx::kBf16Products,
    .int8 = amx::kInt8Products,
    .rows = amx::kRows,
};

}  // namespace akidb::embedding::backend::native::kernels
