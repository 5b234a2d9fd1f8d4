#include "backend/native/kernels/x86/amx_rough_attention.hpp"
#include "backend/native/kernels/x86/amx_slices.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

struct AmxVector : Avx512Bf16 {
  static RowScale row_to_slices(const float* row, std::size_t columns, std::int8_t* out) {
    return kernels::row_to_slices(row, columns, out);
  }
};

}  // namespace

constinit const RowKernels amx::kRows = {.convert = convert<AmxVector>,
                                         .norm = norm<AmxVector>,
                                         .gather = gather<AmxVector>,
                                         .rotate = rotate<AmxVector>,
                                         .attention = {attention_scratch<AmxVector>, attend<AmxVector>},
                                         .high_attention = {scratch_by_length<AmxVector>, attend_by_length<AmxVector>},
                                         .rough_attention = {rough_scratch, attend_roughly, Operand::bf16},
                                         .all_finite = all_finite<AmxVector>,
                                         .map = map<AmxVector>};

}  // namespace akidb::embedding::backend::native::kernels
