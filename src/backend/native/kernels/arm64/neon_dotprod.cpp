// int8 weights by SDOT, which multiplies signed bytes alone: a row's bytes are moved down by 128 as they are read, and
// so is its zero.
#include "backend/native/kernels/arm64/arm64_kernels.hpp"
#include "backend/native/kernels/arm64/vector_neon.hpp"
#include "backend/native/kernels/simd/byte_product.hpp"
#include "backend/native/kernels/simd/pack_rounded.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::size_t kColumns = 8;
constexpr std::size_t kInputs = 16;  // at a time

// Panels hold, for every four inputs, four weights of each output.
struct SignedDotTile {
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
      int8x16_t values[kHeight];
      unrolled<kHeight>([&](auto r) KERNEL_INLINE {
        values[r] = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(rows + r * product.stride), vdupq_n_u8(128)));
      });
      __builtin_prefetch(weights + 64 * kColumns);
      unrolled<4>([&](auto i) KERNEL_INLINE {
        const int8x16_t first = vld1q_s8(weights + i * 4 * kColumns);
        const int8x16_t second = vld1q_s8(weights + i * 4 * kColumns + 16);
        unrolled<kHeight>([&](auto r) KERNEL_INLINE {
          sums[r][0] = vdotq_laneq_s32(sums[r][0], first, values[r], decltype(i)::kAt);
          sums[r][1] = vdotq_laneq_s32(sums[r][1], second, values[r], decltype(i)::kAt);
        });
      });
      weights += kInputs * kColumns;
    }
    RowScale scales[kHeight];
    unrolled<kHeight>([&](auto r) KERNEL_INLINE {
      const RowScale& scale = product.scales[row + r];
      scales[r] = {scale.scale, scale.zero - 128};
    });
    scale_sums<Neon>(sums, scales, *reinterpret_cast<const Header*>(panel), out);
  }
};

}  // namespace

constinit const ProductKernels neon_dotprod::kInt8Products = {
    "int8x4x8", Operand::uint8, panel_layout<kColumns, kInputs, 1, sizeof(ByteHeader<kColumns>)>,
    pack_bytes<Neon, kColumns, 4, kInputs>, multiply_tiled<Neon, SignedDotTile>};

}  // namespace akidb::embedding::backend::native::kernels
