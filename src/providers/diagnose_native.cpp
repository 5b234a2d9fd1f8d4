#include "backend/native/kernels/registry.hpp"
#include "providers/diagnose_parts.hpp"

namespace akidb::embedding::providers {

namespace kernels = backend::native::kernels;

NativeFacts native_facts() {
  NativeFacts facts;
  const auto features = kernels::cpu_features();
  for (const auto& entry : kernels::registered_sets()) {
    if (kernels::runs_on(entry, features)) facts.available.emplace_back(entry.set->name);
  }
  const auto active = kernels::active_set();
  if (active) {
    facts.kernels = (*active)->name;
    facts.matmul_precision = kernels::has_faster_high(**active) ? "high" : "highest";
  } else {
    facts.problem = active.error().message;
  }
  return facts;
}

}  // namespace akidb::embedding::providers
