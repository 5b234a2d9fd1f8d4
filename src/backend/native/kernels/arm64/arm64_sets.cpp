#include "backend/native/kernels/arm64/arm64_sets.hpp"

#include "backend/native/kernels/arm64/arm64_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {

const KernelSet kNeonSet = {
    .name = "neon",
    .fp32 = neon::kFp32Products,
    .fp32_high = neon::kFp32Products,
    .bf16 = neon::kBf16Products,
    .int8 = neon::kInt8Products,
    .rows = neon::kRows,
};

const KernelSet kNeonDotprodSet = {
    .name = "neon_dotprod",
    .fp32 = neon::kFp32Products,
    .fp32_high = neon::kFp32Products,
    .bf16 = neon::kBf16Products,
    .int8 = neon_dotprod::kInt8Products,
    .rows = neon::kRows,
};

const KernelSet kNeonI8mmSet = {
    .name = "neon_i8mm",
    .fp32 = neon::kFp32Products,
    .fp32_high = neon::kFp32Products,
    .bf16 = neon::kBf16Products,
    .int8 = neon_i8mm::kInt8Products,
    .rows = neon::kRows,
};

const KernelSet kNeonBf16Set = {
    .name = "neon_bf16",
    .fp32 = neon::kFp32Products,
    .fp32_high = neon::kFp32Products,
    .bf16 = neon_bf16::kBf16Products,
    .int8 = neon_i8mm::kInt8Products,
    .rows = neon::kRows,
};

}  // namespace akidb::embedding::backend::native::kernels
