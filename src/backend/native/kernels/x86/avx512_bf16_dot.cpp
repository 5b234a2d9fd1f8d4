#include "backend/native/kernels/simd/bf16_product.hpp"
#include "backend/native/kernels/simd/pack_rounded.hpp"
#include "backend/native/kernels/x86/vector_avx512.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

struct Avx512Bf16 : Avx512 {
  // Two bf16 of each lane of a times two of b, added to c.
  static Floats add_bf16_dots(Floats c, Ints a, Ints b) {
    return _mm512_dpbf16_ps(c, __builtin_bit_cast(__m512bh, a), __builtin_bit_cast(__m512bh, b));
  }
};

constexpr std::size_t kColumns = 32;

}  // namespace

constinit const ProductKernels avx512_bf16::kBf16Products = {
    "bf16x2x32", Operand::bf16, panel_layout<kColumns, 32, 2>, pack_bf16<Avx512Bf16, kColumns, 2, 32>,
    multiply_tiled<Avx512Bf16, Bf16DotTile<Avx512Bf16, 14, 2>>};

}  // namespace akidb::embedding::backend::native::kernels
