#include "backend/native/kernels/simd/byte_product.hpp"
#include "backend/native/kernels/simd/pack_rounded.hpp"
#include "backend/native/kernels/x86/vector_avx512.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

struct Avx512Vnni : Avx512 {
  // Four bytes of each lane of a times four signed ones of b, added to c.
  // (Not by its intrinsic: with its casts GCC 12 keeps the sums of a tile in memory.)
  static Ints add_dots(Ints c, Ints a, Ints b) {
    asm("vpdpbusd %2, %1, %0" : "+v"(c) : "v"(a), "v"(b));
    return c;
  }
};

constexpr std::size_t kColumns = 32;

}  // namespace

constinit const ProductKernels avx512_vnni::kInt8Products = {
    "int8x4x32", Operand::uint8, panel_layout<kColumns, 64, 1, sizeof(ByteHeader<kColumns>)>,
    pack_bytes<Avx512Vnni, kColumns, 4, 64>, multiply_tiled<Avx512Vnni, DotTile<Avx512Vnni, 14, 2>>};

}  // namespace akidb::embedding::backend::native::kernels
