#include "backend/native/kernels/simd/float_product.hpp"
#include "backend/native/kernels/simd/pack_floats.hpp"
#include "backend/native/kernels/x86/vector_avx2.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::size_t kColumns = FloatTile<Avx2>::kColumns;

}  // namespace

constinit const ProductKernels avx2::kFp32Products = {
    "fp32x16", Operand::fp32, panel_layout<kColumns, 1, sizeof(float)>, pack_floats<Avx2, kColumns>,
    multiply_tiled<Avx2, FloatTile<Avx2>>};

}  // namespace akidb::embedding::backend::native::kernels
