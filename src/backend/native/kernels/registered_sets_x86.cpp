#include <array>

#include "backend/native/kernels/registry.hpp"
#include "backend/native/kernels/scalar/scalar_set.hpp"
#include "backend/native/kernels/x86/x86_sets.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

template <class... Features>
constexpr std::uint32_t needs(Features... features) {
  return ((1U << static_cast<unsigned>(features)) | ...);
}

bool always(const CpuFeatures& /*features*/) { return true; }

// Where bf16 dot products run at half the rate of float ones, widening the weights is faster and rounds less.
bool with_fast_bf16(const CpuFeatures& features) { return features.fast_bf16_dot; }

}  // namespace

std::span<const RegisteredSet> registered_sets() noexcept {
  using enum Feature;
  static const std::array kSets = {
      RegisteredSet{&kAmxSet, needs(avx2, avx512, avx512_vnni, avx512_bf16, amx), always},
      RegisteredSet{&kAvx512Bf16Set, needs(avx2, avx512, avx512_vnni, avx512_bf16), with_fast_bf16},
      RegisteredSet{&kAvx512VnniSet, needs(avx2, avx512, avx512_vnni), always},
      RegisteredSet{&kAvx512Set, needs(avx2, avx512), always},
      RegisteredSet{&kAvxVnniSet, needs(avx2, avx_vnni), always},
      RegisteredSet{&kAvx2Set, needs(avx2), always},
      RegisteredSet{&kScalarSet, 0, always},
  };
  return kSets;
}

}  // namespace akidb::embedding::backend::native::kernels
