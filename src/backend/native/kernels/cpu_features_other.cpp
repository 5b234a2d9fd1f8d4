#include "backend/native/kernels/cpu_features.hpp"

namespace akidb::embedding::backend::native::kernels {

CpuFeatures cpu_features() { return {}; }

}  // namespace akidb::embedding::backend::native::kernels
