#include "backend/native/kernels/simd/attention.hpp"
#include "backend/native/kernels/x86/vector_avx2.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {

constinit const RowKernels avx2::kRows = {convert<Avx2>,
                                          norm<Avx2>,
                                          gather<Avx2>,
                                          rotate<Avx2>,
                                          {attention_scratch<Avx2>, attend<Avx2>},
                                          {attention_scratch<Avx2>, attend<Avx2>},
                                          {attention_scratch<Avx2>, attend<Avx2>},
                                          all_finite<Avx2>,
                                          map<Avx2>};

}  // namespace akidb::embedding::backend::native::kernels
