// How many threads pay off here: the cores that this process may use, not those of the box.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace akidb::embedding::base {

struct CpuTopology {
  std::uint32_t logical_cpus = 1;             // in the process's affinity mask
  std::uint32_t physical_cores = 1;           // of those, counting hyper-threads of one core once
  std::optional<double> quota;                // CPUs that the cgroup grants, e.g. 1.5; nothing where it is unlimited
  std::string model_name;                     // as the CPU calls itself
  std::vector<std::string> instruction_sets;  // those that matter for kernels, by the field's names

  // Physical cores, cut to the quota rounded up; at least 1.
  [[nodiscard]] std::uint32_t usable_cores() const noexcept;
};

// Reads the system anew at each call.
CpuTopology cpu_topology();

}  // namespace akidb::embedding::base
