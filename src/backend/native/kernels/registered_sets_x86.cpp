#include <array>

#include "backend/native/kernels/registry.hpp"
#include "backend/native/kernels/scalar/scalar_set.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

bool always(const CpuFeatures& /*features*/) { return true; }

}  // namespace

std::span<const RegisteredSet> registered_sets() noexcept {
  static const std::array kSets = {
      RegisteredSet{&kScalarSet, 0, always},
  };
  return kSets;
}

}  // namespace akidb::embedding::backend::native::kernels
