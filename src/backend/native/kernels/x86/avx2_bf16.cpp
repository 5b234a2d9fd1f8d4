#include "backend/native/kernels/simd/bf16_product.hpp"
#include "backend/native/kernels/simd/pack_rounded.hpp"
#include "backend/native/kernels/x86/vector_avx2.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::size_t kColumns = 16;

}  // namespace

constinit const ProductKernels avx2::kBf16Products = {"bf16x2x16", Operand::fp32, panel_layout<kColumns, 32, 2>,
                                                      pack_bf16<Avx2, kColumns, 2, 32>,
                                                      multiply_tiled<Avx2, WidenedTile<Avx2, 6, 2>>};

}  // namespace akidb::embedding::backend::native::kernels
