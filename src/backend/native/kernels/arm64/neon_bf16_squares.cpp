// bf16 weights by BFMMLA: two rows by two outputs at a time, four inputs each.
#include "backend/native/kernels/arm64/arm64_kernels.hpp"
#include "backend/native/kernels/arm64/vector_neon.hpp"
#include "backend/native/kernels/simd/pack_rounded.hpp"
#include "backend/native/kernels/simd/tiles.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::size_t kColumns = 8;
constexpr std::size_t kInputs = 8;  // at a time

bfloat16x8_t load_bf16(const std::uint16_t* p) { return vreinterpretq_bf16_u16(vld1q_u16(p)); }

// Panels hold, for every four inputs, four weights of each output. The last of an odd number of rows goes alone,
// twice: each sum of a square is its own.
struct Bf16SquareTile {
  static constexpr std::size_t kRows = 8;
  static constexpr std::size_t kColumns = kernels::kColumns;
  static constexpr bool kRough = true;

  template <std::size_t kHeight>
  static void sums(const Product& product, std::size_t row, const std::byte* panel, float* out) {
    constexpr std::size_t kPairs = (kHeight + 1) / 2;
    const auto* rows = static_cast<const std::uint16_t*>(product.rows) + row * product.stride;
    const auto* weights = reinterpret_cast<const std::uint16_t*>(panel);
    float32x4_t squares[kPairs][4];
    unrolled<kPairs>([&](auto p)
                         KERNEL_INLINE { unrolled<4>([&](auto j) KERNEL_INLINE { squares[p][j] = vdupq_n_f32(0); }); });
    for (std::size_t k = 0; k < product.weights->layout.depth; k += kInputs, rows += kInputs) {
      bfloat16x8_t values[kPairs][2];
      unrolled<kPairs>([&](auto p) KERNEL_INLINE {
        const uint64x2_t first = vreinterpretq_u64_bf16(load_bf16(rows + 2 * p * product.stride));
        const uint64x2_t second =
            vreinterpretq_u64_bf16(load_bf16(rows + (2 * p + 1 < kHeight ? 2 * p + 1 : 2 * p) * product.stride));
        values[p][0] = vreinterpretq_bf16_u64(vzip1q_u64(first, second));
        values[p][1] = vreinterpretq_bf16_u64(vzip2q_u64(first, second));
      });
      __builtin_prefetch(weights + 32 * kColumns);
      unrolled<2>([&](auto i) KERNEL_INLINE {
        unrolled<4>([&](auto j) KERNEL_INLINE {
          const bfloat16x8_t two = load_bf16(weights + i * 4 * kColumns + j * 8);
          unrolled<kPairs>([&](auto p)
                               KERNEL_INLINE { squares[p][j] = vbfmmlaq_f32(squares[p][j], values[p][i], two); });
        });
      });
      weights += kInputs * kColumns;
    }
    unrolled<kHeight>([&](auto r) KERNEL_INLINE {
      unrolled<2>([&](auto j) KERNEL_INLINE {
        const float64x2_t left = vreinterpretq_f64_f32(squares[r / 2][2 * j]);
        const float64x2_t right = vreinterpretq_f64_f32(squares[r / 2][2 * j + 1]);
        vst1q_f32(out + r * kColumns + 4 * j,
                  vreinterpretq_f32_f64(r % 2 == 0 ? vzip1q_f64(left, right) : vzip2q_f64(left, right)));
      });
    });
  }
};

}  // namespace

constinit const ProductKernels neon_bf16::kBf16Products = {"bf16x4x8", Operand::bf16, panel_layout<kColumns, 32, 2>,
                                                           pack_bf16<Neon, kColumns, 4, 32>,
                                                           multiply_tiled<Neon, Bf16SquareTile>};

}  // namespace akidb::embedding::backend::native::kernels
