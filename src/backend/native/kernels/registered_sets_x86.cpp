#include <array>

#include "backend/native/kernels/registry.hpp"
#include "backend/native/kernels/scalar/scalar_set.hpp"
#include "backend/native/kernels/x86/x86_sets.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

constexpr std::uint32_t bit_of(Feature feature) { return 1U << static_cast<unsigned>(feature); }

bool always(const CpuFeatures& /*features*/) { return true; }

}  // namespace

std::span<const RegisteredSet> registered_sets() noexcept {
  static const std::array kSets = {
      RegisteredSet{&kAvx512Set, bit_of(Feature::avx2) | bit_of(Feature::avx512), always},
      RegisteredSet{&kAvx2Set, bit_of(Feature::avx2), always},
      RegisteredSet{&kScalarSet, 0, always},
  };
  return kSets;
}

}  // namespace akidb::embedding::backend::native::kernels
