// Values of stored tensors as float32.
#pragma once

#include <cstddef>

#include "backend/native/encoder_model.hpp"

namespace akidb::embedding::backend::native {

// The row where it lies, without a copy; null unless it is float32 and aligned for it.
const float* row_in_place(const StoredTensor& tensor, std::size_t row) noexcept;

// `tensor.columns` values of a row.
void read_row(const StoredTensor& tensor, std::size_t row, float* out) noexcept;

}  // namespace akidb::embedding::backend::native
