#include "backend/native/kernels/simd/bf16_product.hpp"
#include "backend/native/kernels/simd/pack_rounded.hpp"
#include "backend/native/kernels/x86/vector_avx512_bf16.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::size_t kColumns = 32;

}  // namespace

constinit const ProductKernels avx512_bf16::kBf16Products = {
    "bf16x2x32", Operand::bf16, panel_layout<kColumns, 32, 2>, pack_bf16<Avx512Bf16, kColumns, 2, 32>,
    multiply_tiled<Avx512Bf16, Bf16DotTile<Avx512Bf16, 14, 2>>};

}  // namespace akidb::embedding::backend::native::kernels
