#include <array>

#include "backend/native/kernels/arm64/arm64_sets.hpp"
#include "backend/native/kernels/registry.hpp"
#include "backend/native/kernels/scalar/scalar_set.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

template <class... Features>
constexpr std::uint32_t needs(Features... features) {
  return ((1U << static_cast<unsigned>(features)) | ...);
}

bool always(const CpuFeatures& /*features*/) { return true; }

}  // namespace

std::span<const RegisteredSet> registered_sets() noexcept {
  using enum Feature;
  static const std::array kSets = {
      RegisteredSet{&kNeonBf16Set, needs(neon, neon_i8mm, neon_bf16), always},
      RegisteredSet{&kNeonI8mmSet, needs(neon, neon_i8mm), always},
      RegisteredSet{&kNeonDotprodSet, needs(neon, neon_dotprod), always},
      RegisteredSet{&kNeonSet, needs(neon), always},
      RegisteredSet{&kScalarSet, 0, always},
  };
  return kSets;
}

}  // namespace akidb::embedding::backend::native::kernels
