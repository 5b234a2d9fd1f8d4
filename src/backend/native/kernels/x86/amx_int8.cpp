#include "backend/native/kernels/simd/pack_rounded.hpp"
#include "backend/native/kernels/x86/amx_product.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

using Header = ByteHeader<kPanelColumns>;

struct Int8Kernel {
  static constexpr std::size_t kDepth = 64;
  static constexpr std::size_t kOperandBytes = 1;
  static constexpr std::size_t kHeaderBytes = sizeof(Header);

  template <int kSums, int kLeft, int kRight>
  [[gnu::always_inline]] static void add() {
    add_byte_tiles<kSums, kLeft, kRight>();
  }

  static void to_floats(const Product& product, std::size_t panel, std::size_t row, std::size_t rows, float* sums) {
    using V = Avx512Bf16;
    const auto& header = *reinterpret_cast<const Header*>(panel_of(product, panel));
    for (std::size_t j = 0; j < kPanelColumns; j += V::kLanes) {
      const V::Ints weight_sums = V::load_ints(header.sums + j);
      const V::Floats weight_scales = V::load(header.scales + j);
      for (std::size_t r = 0; r < rows; ++r) {
        const RowScale scale = product.scales[row + r];
        float* const at = sums + r * kPanelColumns + j;
        const V::Ints sum = V::subtract_product(V::load_ints(at), V::set_ints(scale.zero), weight_sums);
        V::store(at, V::mul(V::to_floats(sum), V::mul(V::set(scale.scale), weight_scales)));
      }
    }
  }
};

}  // namespace

constinit const ProductKernels amx::kInt8Products = {
    "int8x4x32", Operand::uint8, panel_layout<kPanelColumns, 64, 1, sizeof(Header)>,
    pack_bytes<Avx512Bf16, kPanelColumns, 4, 64>, multiply_in_blocks<Int8Kernel>};

}  // namespace akidb::embedding::backend::native::kernels
