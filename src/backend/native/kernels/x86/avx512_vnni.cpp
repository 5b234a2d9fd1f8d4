#include "backend/native/kernels/simd/byte_product.hpp"
#include "backend/native/kernels/simd/pack_rounded.hpp"
#include "backend/native/kernels/x86/vector_avx512.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

struct Avx512Vnni : Avx512 {
  // Four bytes of each lane of a times four signed ones of b, added to c.
  static Ints add_dots(Ints c, Ints a, Ints b) { return _mm512_dpbusd_epi32(c, a, b); }
};

constexpr std::size_t kColumns = 32;

}  // namespace

constinit const ProductKernels avx512_vnni::kInt8Products = {
    "int8x4x32", Operand::uint8, panel_layout<kColumns, 64, 1, sizeof(ByteHeader<kColumns>)>,
    pack_bytes<Avx512Vnni, kColumns, 4, 64>, multiply_tiled<Avx512Vnni, DotTile<Avx512Vnni, 14, 2>>};

}  // namespace akidb::embedding::backend::native::kernels
