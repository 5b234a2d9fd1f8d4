#include "backend/native/kernels/simd/byte_product.hpp"
#include "backend/native/kernels/simd/pack_rounded.hpp"
#include "backend/native/kernels/x86/vector_avx2.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::size_t kColumns = 16;

}  // namespace

constinit const ProductKernels avx2::kInt8Products = {
    "int8x2x16", Operand::uint8, panel_layout<kColumns, 2, 1, sizeof(ByteHeader<kColumns>)>,
    pack_bytes<Avx2, kColumns, 2, 2>, multiply_tiled<Avx2, PairTile<Avx2, 6, 2>>};

}  // namespace akidb::embedding::backend::native::kernels
