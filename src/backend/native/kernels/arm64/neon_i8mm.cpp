// int8 weights by USMMLA: two rows by two outputs at a time, eight inputs each.
#include "backend/native/kernels/arm64/arm64_kernels.hpp"
#include "backend/native/kernels/arm64/vector_neon.hpp"
#include "backend/native/kernels/simd/byte_product.hpp"
#include "backend/native/kernels/simd/pack_rounded.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::size_t kColumns = 8;
constexpr std::size_t kInputs = 16;  // at a time

// Panels hold, for every eight inputs, eight weights of each output. The last of an odd number of rows goes alone,
// twice.
struct ByteSquareTile {
  static constexpr std::size_t kRows = 8;
  static constexpr std::size_t kColumns = kernels::kColumns;
  static constexpr bool kRough = true;

  template <std::size_t kHeight>
  static void sums(const Product& product, std::size_t row, const std::byte* panel, float* out) {
    using Header = ByteHeader<kColumns>;
    constexpr std::size_t kPairs = (kHeight + 1) / 2;
    const auto* rows = static_cast<const std::uint8_t*>(product.rows) + row * product.stride;
    const auto* weights = reinterpret_cast<const std::int8_t*>(panel + sizeof(Header));
    int32x4_t squares[kPairs][4];
    unrolled<kPairs>([&](auto p)
                         KERNEL_INLINE { unrolled<4>([&](auto j) KERNEL_INLINE { squares[p][j] = vdupq_n_s32(0); }); });
    for (std::size_t k = 0; k < product.weights->layout.depth; k += kInputs, rows += kInputs) {
      uint8x16_t values[kPairs][2];
      unrolled<kPairs>([&](auto p) KERNEL_INLINE {
        const uint64x2_t first = vreinterpretq_u64_u8(vld1q_u8(rows + 2 * p * product.stride));
        const uint64x2_t second =
            vreinterpretq_u64_u8(vld1q_u8(rows + (2 * p + 1 < kHeight ? 2 * p + 1 : 2 * p) * product.stride));
        values[p][0] = vreinterpretq_u8_u64(vzip1q_u64(first, second));
        values[p][1] = vreinterpretq_u8_u64(vzip2q_u64(first, second));
      });
      __builtin_prefetch(weights + 64 * kColumns);
      unrolled<2>([&](auto i) KERNEL_INLINE {
        unrolled<4>([&](auto j) KERNEL_INLINE {
          const int8x16_t two = vld1q_s8(weights + i * 8 * kColumns + j * 16);
          unrolled<kPairs>([&](auto p)
                               KERNEL_INLINE { squares[p][j] = vusmmlaq_s32(squares[p][j], values[p][i], two); });
        });
      });
      weights += kInputs * kColumns;
    }
    int32x4_t sums[kHeight][2];
    unrolled<kHeight>([&](auto r) KERNEL_INLINE {
      unrolled<2>([&](auto j) KERNEL_INLINE {
        const int64x2_t left = vreinterpretq_s64_s32(squares[r / 2][2 * j]);
        const int64x2_t right = vreinterpretq_s64_s32(squares[r / 2][2 * j + 1]);
        sums[r][j] = vreinterpretq_s32_s64(r % 2 == 0 ? vzip1q_s64(left, right) : vzip2q_s64(left, right));
      });
    });
    scale_sums<Neon>(sums, product.scales + row, *reinterpret_cast<const Header*>(panel), out);
  }
};

}  // namespace

constinit const ProductKernels neon_i8mm::kInt8Products = {
    "int8x8x8", Operand::uint8, panel_layout<kColumns, kInputs, 1, sizeof(ByteHeader<kColumns>)>,
    pack_bytes<Neon, kColumns, 8, kInputs>, multiply_tiled<Neon, ByteSquareTile>};

}  // namespace akidb::embedding::backend::native::kernels
