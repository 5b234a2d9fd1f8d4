#include "backend/native/kernels/registry.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace akidb::embedding::backend::native::kernels {
namespace {

// Of all builds, so that a set of another CPU is told from a misspelt one.
constexpr std::array<std::string_view, 11> kKnownNames = {"scalar",       "avx2",        "avx_vnni", "avx512",
                                                          "avx512_vnni",  "avx512_bf16", "amx",      "neon",
                                                          "neon_dotprod", "neon_i8mm",   "neon_bf16"};

// Of those that `suits` takes; the last set suits everybody.
template <class Suits>
const KernelSet& best(const CpuFeatures& features, Suits suits) noexcept {
  for (const RegisteredSet& entry : registered_sets()) {
    if (runs_on(entry, features) && entry.pays_off(features) && suits(*entry.set)) return *entry.set;
  }
  return *registered_sets().back().set;
}

}  // namespace

bool runs_on(const RegisteredSet& set, const CpuFeatures& features) noexcept {
  return (set.needs & features.bits) == set.needs;
}

std::string names_of_sets_on(const CpuFeatures& features) {
  std::string names;
  for (const RegisteredSet& entry : registered_sets()) {
    if (!runs_on(entry, features)) continue;
    if (!names.empty()) names += ", ";
    names += entry.set->name;
  }
  return names;
}

Result<const KernelSet*> choose_set(std::string_view name, const CpuFeatures& features) {
  if (name.empty() || name == "auto") return &best(features, [](const KernelSet&) { return true; });
  for (const RegisteredSet& entry : registered_sets()) {
    if (name == entry.set->name && runs_on(entry, features)) return entry.set;
  }
  const bool known = std::find(kKnownNames.begin(), kKnownNames.end(), name) != kKnownNames.end();
  const std::string got = "'" + std::string(name) + "'";
  if (known) {
    return Error{ErrorCode::unavailable, "expected a kernel set that runs here (" + names_of_sets_on(features) +
                                             "), got " + got + ", which this CPU or this build lacks"};
  }
  return Error{ErrorCode::invalid_argument,
               "expected auto or a kernel set that runs here (" + names_of_sets_on(features) + "), got " + got};
}

const KernelSet& set_for_any_spread(const CpuFeatures& features) noexcept {
  return best(features, [](const KernelSet& set) { return set.fp32.measure == nullptr; });
}

const ProductKernels& products_of(const KernelSet& set, Precision precision) noexcept {
  switch (precision) {
    case Precision::fp32: break;
    case Precision::fp32_high: return set.fp32_high;
    case Precision::bf16: return set.bf16;
    case Precision::int8: return set.int8;
  }
  return set.fp32;
}

const AttentionKernels& attention_of(const KernelSet& set, Precision precision) noexcept {
  switch (precision) {
    case Precision::fp32: break;
    case Precision::fp32_high: return set.rows.high_attention;
    case Precision::bf16:
    case Precision::int8: return set.rows.rough_attention;
  }
  return set.rows.attention;
}

bool has_faster_high(const KernelSet& set) noexcept { return set.fp32_high.multiply != set.fp32.multiply; }

bool multiplies_bf16(const KernelSet& set) noexcept {
  const bool is_plain = &set == registered_sets().back().set;
  return set.bf16.operand == Operand::bf16 && !is_plain;
}

Result<const KernelSet*> active_set() {
  static const Result<const KernelSet*> chosen = [] {
    const char* const name = std::getenv("AKIDB_EMBED_ISA");  // NOLINT(concurrency-mt-unsafe): nothing sets variables
    Result<const KernelSet*> set = choose_set(name == nullptr ? "" : name, cpu_features());
    if (!set) set.error().message = "AKIDB_EMBED_ISA: " + set.error().message;
    return set;
  }();
  return chosen;
}

}  // namespace akidb::embedding::backend::native::kernels
