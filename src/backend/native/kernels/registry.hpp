// The kernel sets of this build, and which one to use: the best that this CPU runs well, or the one that
// AKIDB_EMBED_ISA names.
#pragma once

#include <akidb/embedding/result.hpp>
#include <span>
#include <string>
#include <string_view>

#include "backend/native/kernels/cpu_features.hpp"
#include "backend/native/kernels/kernel_set.hpp"

namespace akidb::embedding::backend::native::kernels {

struct RegisteredSet {
  const KernelSet* set;
  std::uint32_t needs;  // bits of Feature

  // Whether `auto` may take it on a CPU that has what it needs.
  bool (*pays_off)(const CpuFeatures& features);
};

// The best set first; the last is `scalar`, which runs anywhere.
std::span<const RegisteredSet> registered_sets() noexcept;

bool runs_on(const RegisteredSet& set, const CpuFeatures& features) noexcept;

// "avx512_vnni, avx512, avx2, scalar": what runs here, best first.
std::string names_of_sets_on(const CpuFeatures& features);

// `name` is a set's name, or "" or "auto" for the best. invalid_argument for a name that no build has, unavailable for
// a set that this CPU or this build lacks; both list what there is.
Result<const KernelSet*> choose_set(std::string_view name, const CpuFeatures& features);

// The best set of this CPU whose products of float32 take values that lie any way apart (ProductKernels::measure).
const KernelSet& set_for_any_spread(const CpuFeatures& features) noexcept;

const ProductKernels& products_of(const KernelSet& set, Precision precision) noexcept;
const AttentionKernels& attention_of(const KernelSet& set, Precision precision) noexcept;

// Whether the set's products of fp32_high are other ones than those of fp32: then they are the faster ones.
bool has_faster_high(const KernelSet& set) noexcept;

// Whether bf16 is multiplied by instructions for it, not widened to float32: then it is the faster type.
bool multiplies_bf16(const KernelSet& set) noexcept;

// choose_set of AKIDB_EMBED_ISA on this CPU: read at the first call, the same ever after.
Result<const KernelSet*> active_set();

}  // namespace akidb::embedding::backend::native::kernels
