#include <sys/auxv.h>

#include "backend/native/kernels/cpu_features.hpp"

namespace akidb::embedding::backend::native::kernels {

CpuFeatures cpu_features() {
  constexpr unsigned long kDotProduct = 1UL << 20U;  // HWCAP_ASIMDDP
  constexpr unsigned long kI8mm = 1UL << 13U;        // HWCAP2_I8MM
  constexpr unsigned long kBf16 = 1UL << 14U;        // HWCAP2_BF16
  const unsigned long first = ::getauxval(AT_HWCAP);
  const unsigned long second = ::getauxval(AT_HWCAP2);
  CpuFeatures features;
  features.add(Feature::neon);
  if ((first & kDotProduct) != 0) features.add(Feature::neon_dotprod);
  if ((second & kI8mm) != 0) features.add(Feature::neon_i8mm);
  if ((second & kBf16) != 0) features.add(Feature::neon_bf16);
  features.fast_bf16_dot = features.has(Feature::neon_bf16);
  return features;
}

}  // namespace akidb::embedding::backend::native::kernels
