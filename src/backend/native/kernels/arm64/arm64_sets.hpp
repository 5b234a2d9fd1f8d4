// The sets for arm64, put together from what each instruction set does best.
#pragma once

#include "backend/native/kernels/kernel_set.hpp"

namespace akidb::embedding::backend::native::kernels {

extern const KernelSet kNeonSet;
extern const KernelSet kNeonDotprodSet;
extern const KernelSet kNeonI8mmSet;
extern const KernelSet kNeonBf16Set;

}  // namespace akidb::embedding::backend::native::kernels
