#include "backend/native/kernels/simd/float_product.hpp"
#include "backend/native/kernels/simd/pack_floats.hpp"
#include "backend/native/kernels/x86/vector_avx512.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::size_t kColumns = FloatTile<Avx512>::kColumns;

}  // namespace

constinit const ProductKernels avx512::kFp32Products = {
    "fp32x32", Operand::fp32, panel_layout<kColumns, 1, sizeof(float)>, pack_floats<Avx512, kColumns>,
    multiply_tiled<Avx512, FloatTile<Avx512>>};

}  // namespace akidb::embedding::backend::native::kernels
