#include <sys/sysctl.h>

#include "backend/native/kernels/cpu_features.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

bool is_set(const char* name) {
  int value = 0;
  std::size_t size = sizeof(value);
  return ::sysctlbyname(name, &value, &size, nullptr, 0) == 0 && value != 0;
}

}  // namespace

CpuFeatures cpu_features() {
  CpuFeatures features;
  features.add(Feature::neon);
  if (is_set("hw.optional.arm.FEAT_DotProd")) features.add(Feature::neon_dotprod);
  if (is_set("hw.optional.arm.FEAT_I8MM")) features.add(Feature::neon_i8mm);
  if (is_set("hw.optional.arm.FEAT_BF16")) features.add(Feature::neon_bf16);
  features.fast_bf16_dot = features.has(Feature::neon_bf16);
  return features;
}

}  // namespace akidb::embedding::backend::native::kernels
