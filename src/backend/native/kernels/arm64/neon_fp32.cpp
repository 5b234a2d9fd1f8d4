#include "backend/native/kernels/arm64/arm64_kernels.hpp"
#include "backend/native/kernels/arm64/vector_neon.hpp"
#include "backend/native/kernels/simd/float_product.hpp"
#include "backend/native/kernels/simd/pack_floats.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::size_t kColumns = FloatTile<Neon>::kColumns;

}  // namespace

constinit const ProductKernels neon::kFp32Products = {"fp32x8", Operand::fp32, panel_layout<kColumns, 1, sizeof(float)>,
                                                      pack_floats<Neon, kColumns>,
                                                      multiply_tiled<Neon, FloatTile<Neon>>};

}  // namespace akidb::embedding::backend::native::kernels
