#include "backend/native/kernels/arm64/arm64_kernels.hpp"
#include "backend/native/kernels/arm64/vector_neon.hpp"
#include "backend/native/kernels/simd/bf16_product.hpp"
#include "backend/native/kernels/simd/pack_rounded.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::size_t kColumns = 8;

}  // namespace

constinit const ProductKernels neon::kBf16Products = {"bf16x2x8", Operand::fp32, panel_layout<kColumns, 32, 2>,
                                                      pack_bf16<Neon, kColumns, 2, 32>,
                                                      multiply_tiled<Neon, WidenedTile<Neon, 8, 2>>};

}  // namespace akidb::embedding::backend::native::kernels
