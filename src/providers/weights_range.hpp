// How many bits int8 weights may have on this CPU.
#pragma once

#include <algorithm>

#include "base/cpu_topology.hpp"

namespace akidb::embedding::providers {

// Sums of two products of 8 bits overflow 16 on an x86 CPU without VNNI instructions: there weights have 7.
inline bool wants_reduced_range(const base::CpuTopology& cpu = base::cpu_topology()) {
  const auto has = [&](const char* name) {
    return std::find(cpu.instruction_sets.begin(), cpu.instruction_sets.end(), name) != cpu.instruction_sets.end();
  };
  return has("avx2") && !has("avx_vnni") && !has("avx512_vnni");
}

}  // namespace akidb::embedding::providers
