#include "backend/native/kernels/simd/byte_product.hpp"
#include "backend/native/kernels/simd/pack_rounded.hpp"
#include "backend/native/kernels/x86/vector_avx2.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

struct AvxVnni : Avx2 {
  // Four bytes of each lane of a times four signed ones of b, added to c.
  // (Not by its intrinsic: with its casts GCC 12 keeps the sums of a tile in memory.)
  static Ints add_dots(Ints c, Ints a, Ints b) {
    asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(c) : "x"(a), "x"(b));
    return c;
  }
};

constexpr std::size_t kColumns = 16;

}  // namespace

constinit const ProductKernels avx_vnni::kInt8Products = {
    "int8x4x16", Operand::uint8, panel_layout<kColumns, 4, 1, sizeof(ByteHeader<kColumns>)>,
    pack_bytes<AvxVnni, kColumns, 4, 4>, multiply_tiled<AvxVnni, DotTile<AvxVnni, 6, 2>>};

}  // namespace akidb::embedding::backend::native::kernels
