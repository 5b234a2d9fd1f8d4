// Strides of the rows that kernels read and write.
#pragma once

#include <cstddef>

#include "backend/native/kernels/kernel_set.hpp"

namespace akidb::embedding::backend::native::kernels {

constexpr std::size_t kBlockBytes = 64;

// Of one value; of slices, of one plane.
constexpr std::size_t operand_bytes(Operand operand) noexcept {
  return operand == Operand::fp32 ? 4 : operand == Operand::bf16 ? 2 : 1;
}

// Values from one row of operands to the next. Rows of floats and of slices get an odd number of blocks, so that the
// rows which a kernel reads side by side do not fall into the same sets of the first-level cache.
constexpr std::size_t operand_stride(Operand operand, std::size_t columns) noexcept {
  const std::size_t bytes = columns * operand_bytes(operand);
  const std::size_t blocks = (bytes + kBlockBytes - 1) / kBlockBytes * (operand == Operand::slices ? 3 : 1);
  const bool is_odd = operand == Operand::fp32 || operand == Operand::slices;
  return (is_odd ? blocks | 1U : blocks) * kBlockBytes / operand_bytes(operand);
}

}  // namespace akidb::embedding::backend::native::kernels
