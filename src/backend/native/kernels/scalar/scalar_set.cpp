#include "backend/native/kernels/scalar/scalar_set.hpp"

#include "backend/native/kernels/scalar/scalar_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {

const KernelSet kScalarSet = {
    .name = "scalar",
    .fp32 = scalar::kFp32Products,
    .fp32_high = scalar::kFp32Products,
    .bf16 = scalar::kBf16Products,
    .int8 = scalar::kInt8Products,
    .rows = {scalar::convert,
             scalar::norm,
             scalar::gather,
             scalar::rotate,
             {scalar::attention_scratch, scalar::attend},
             {scalar::attention_scratch, scalar::attend},
             {scalar::attention_scratch, scalar::attend},
             scalar::all_finite,
             scalar::map},
};

}  // namespace akidb::embedding::backend::native::kernels
