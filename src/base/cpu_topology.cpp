#include "base/cpu_topology.hpp"

#include <algorithm>
#include <cmath>

namespace akidb::embedding::base {

std::uint32_t CpuTopology::usable_cores() const noexcept {
  auto cores = std::max<std::uint32_t>(1, physical_cores);
  if (quota) cores = std::min(cores, static_cast<std::uint32_t>(std::max(1.0, std::ceil(*quota))));
  return cores;
}

}  // namespace akidb::embedding::base
