#include "backend/native/kernels/simd/pack_rounded.hpp"
#include "backend/native/kernels/x86/amx_product.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

struct Bf16Kernel {
  using Sums = FloatSums<Avx512Bf16, kPanelColumns>;
  static constexpr std::size_t kDepth = 32;
  static constexpr std::size_t kOperandBytes = 2;
  static constexpr std::size_t kHeaderBytes = 0;
  static constexpr std::size_t kActivatedRows = 4;

  template <int kSums, int kLeft, int kRight>
  [[gnu::always_inline]] static void add() {
    add_bf16_tiles<kSums, kLeft, kRight>();
  }
};

}  // namespace

constinit const ProductKernels amx::kBf16Products = {"bf16x2x32", Operand::bf16, panel_layout<kPanelColumns, 32, 2>,
                                                     pack_bf16<Avx512Bf16, kPanelColumns, 2, 32>,
                                                     multiply_in_blocks<Bf16Kernel>};

}  // namespace akidb::embedding::backend::native::kernels
