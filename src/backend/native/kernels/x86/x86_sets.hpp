// The sets for x86, put together from what each instruction set does best.
#pragma once

#include "backend/native/kernels/kernel_set.hpp"

namespace akidb::embedding::backend::native::kernels {

extern const KernelSet kAvx2Set;
extern const KernelSet kAvxVnniSet;
extern const KernelSet kAvx512Set;
extern const KernelSet kAvx512VnniSet;
extern const KernelSet kAvx512Bf16Set;
extern const KernelSet kAmxSet;

}  // namespace akidb::embedding::backend::native::kernels
