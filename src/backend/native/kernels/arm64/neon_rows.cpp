#include "backend/native/kernels/arm64/arm64_kernels.hpp"
#include "backend/native/kernels/arm64/vector_neon.hpp"
#include "backend/native/kernels/simd/attention.hpp"

namespace akidb::embedding::backend::native::kernels {

constinit const RowKernels neon::kRows = {convert<Neon>,
                                          norm<Neon>,
                                          gather<Neon>,
                                          rotate<Neon>,
                                          {attention_scratch<Neon>, attend<Neon>},
                                          {attention_scratch<Neon>, attend<Neon>},
                                          {attention_scratch<Neon>, attend<Neon>},
                                          all_finite<Neon>,
                                          map<Neon>};

}  // namespace akidb::embedding::backend::native::kernels
