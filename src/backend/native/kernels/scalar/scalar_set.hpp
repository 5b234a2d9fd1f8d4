// The kernel set without any instruction set: what all others are measured against, and what runs where none of them
// does. Written to be read, not to be fast.
#pragma once

#include "backend/native/kernels/kernel_set.hpp"

namespace akidb::embedding::backend::native::kernels {

extern const KernelSet kScalarSet;

}  // namespace akidb::embedding::backend::native::kernels
