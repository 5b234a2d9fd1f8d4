#include "backend/native/kernels/simd/attention.hpp"
#include "backend/native/kernels/x86/vector_avx512.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {

constinit const RowKernels avx512::kRows = {convert<Avx512>,
                                            norm<Avx512>,
                                            gather<Avx512>,
                                            rotate<Avx512>,
                                            {attention_scratch<Avx512>, attend<Avx512>},
                                            {attention_scratch<Avx512>, attend<Avx512>},
                                            {attention_scratch<Avx512>, attend<Avx512>},
                                            all_finite<Avx512>,
                                            map<Avx512>};

}  // namespace akidb::embedding::backend::native::kernels
