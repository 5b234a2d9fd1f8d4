#include "backend/native/kernels/simd/pack_rounded.hpp"
#include "backend/native/kernels/x86/amx_product.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

using Header = ByteHeader<kPanelColumns>;

// Sums of 32 bits, as they lie in a tile.
struct ByteSums {
  using V = Avx512Bf16;
  struct Columns {
    V::Floats bias;
    V::Floats weight_sums;
    V::Floats weight_scales;
  };

  const float* tile;
  const RowScale* scales;
  const Header& header;

  [[gnu::always_inline]] static ByteSums of(const Product& product, const TilePlace& place, const float* tile) {
    return {tile, product.scales + place.row, *reinterpret_cast<const Header*>(panel_of(product, place.panel))};
  }
  [[gnu::always_inline]] Columns columns(std::size_t at, V::Floats bias) const {
    return {bias, V::to_floats(V::load_ints(header.sums + at)), V::load(header.scales + at)};
  }
  [[gnu::always_inline]] V::Floats values(const Columns& columns, std::size_t row, std::size_t at) const {
    const V::Floats sum = V::to_floats(V::load_ints(tile + row * kPanelColumns + at));
    const V::Floats zero = V::to_floats(V::set_ints(scales[row].zero));
    const V::Floats centred = V::fnma(zero, columns.weight_sums, sum);
    return V::fma(V::mul(centred, columns.weight_scales), V::set(scales[row].scale), columns.bias);
  }
};

struct Int8Kernel {
  using Sums = ByteSums;
  static constexpr std::size_t kDepth = 64;
  static constexpr std::size_t kOperandBytes = 1;
  static constexpr std::size_t kHeaderBytes = sizeof(Header);
  static constexpr std::size_t kActivatedRows = 8;

  template <int kSums, int kLeft, int kRight>
  [[gnu::always_inline]] static void add() {
    add_byte_tiles<kSums, kLeft, kRight>();
  }
};

}  // namespace

constinit const ProductKernels amx::kInt8Products = {
    "int8x4x32", Operand::uint8, panel_layout<kPanelColumns, 64, 1, sizeof(Header)>,
    pack_bytes<Avx512Bf16, kPanelColumns, 4, 64>, multiply_in_blocks<Int8Kernel>};

}  // namespace akidb::embedding::backend::native::kernels
