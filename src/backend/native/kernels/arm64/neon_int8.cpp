// int8 weights without dot products: bytes are widened to 16 bits and multiplied into 32-bit sums, four at a time.
#include "backend/native/kernels/arm64/arm64_kernels.hpp"
#include "backend/native/kernels/arm64/vector_neon.hpp"
#include "backend/native/kernels/simd/byte_product.hpp"
#include "backend/native/kernels/simd/pack_rounded.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::size_t kColumns = 8;
constexpr std::size_t kInputs = 8;  // at a time

// Panels hold, for every input, a weight of each output. A row's bytes are read in eights: rows end in zeros.
struct WideTile {
  static constexpr std::size_t kRows = 8;
  static constexpr std::size_t kColumns = kernels::kColumns;
  static constexpr bool kRough = true;

  template <std::size_t kHeight>
  static void sums(const Product& product, std::size_t row, const std::byte* panel, float* out) {
    using Header = ByteHeader<kColumns>;
    const auto* rows = static_cast<const std::uint8_t*>(product.rows) + row * product.stride;
    const auto* weights = reinterpret_cast<const std::int8_t*>(panel + sizeof(Header));
    int32x4_t sums[kHeight][2];
    unrolled<kHeight>([&](auto r) KERNEL_INLINE { sums[r][0] = sums[r][1] = vdupq_n_s32(0); });
    for (std::size_t k = 0; k < product.weights->layout.depth; k += kInputs, rows += kInputs) {
      int16x8_t values[kHeight];
      unrolled<kHeight>([&](auto r) KERNEL_INLINE {
        values[r] = vreinterpretq_s16_u16(vmovl_u8(vld1_u8(rows + r * product.stride)));
      });
      __builtin_prefetch(weights + 32 * kColumns);
      unrolled<kInputs>([&](auto i) KERNEL_INLINE {
        const int16x8_t wide = vmovl_s8(vld1_s8(weights + i * kColumns));
        unrolled<kHeight>([&](auto r) KERNEL_INLINE {
          sums[r][0] = vmlal_laneq_s16(sums[r][0], vget_low_s16(wide), values[r], decltype(i)::kAt);
          sums[r][1] = vmlal_high_laneq_s16(sums[r][1], wide, values[r], decltype(i)::kAt);
        });
      });
      weights += kInputs * kColumns;
    }
    scale_sums<Neon>(sums, product.scales + row, *reinterpret_cast<const Header*>(panel), out);
  }
};

}  // namespace

constinit const ProductKernels neon::kInt8Products = {
    "int8x1x8", Operand::uint8, panel_layout<kColumns, kInputs, 1, sizeof(ByteHeader<kColumns>)>,
    pack_bytes<Neon, kColumns, 1, kInputs>, multiply_tiled<Neon, WideTile>};

}  // namespace akidb::embedding::backend::native::kernels
