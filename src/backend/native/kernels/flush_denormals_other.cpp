#include "backend/native/kernels/flush_denormals.hpp"

namespace akidb::embedding::backend::native::kernels {

// No way known: results are the same, only slower where denormals occur.
FlushDenormals::FlushDenormals() noexcept : before_(0) {}
FlushDenormals::~FlushDenormals() = default;

}  // namespace akidb::embedding::backend::native::kernels
