#include "base/cpu_topology.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>

namespace akidb::embedding::base {
namespace {

TEST(CpuTopology, CountsNoMoreCoresThanTheProcessMayUse) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  ASSERT_EQ(::sched_getaffinity(0, sizeof mask, &mask), 0);
  const auto topology = cpu_topology();
  EXPECT_EQ(topology.logical_cpus, static_cast<std::uint32_t>(CPU_COUNT(&mask)));
  EXPECT_GE(topology.physical_cores, 1U);
  EXPECT_LE(topology.physical_cores, topology.logical_cpus);
  EXPECT_GE(topology.usable_cores(), 1U);
  EXPECT_LE(topology.usable_cores(), topology.physical_cores);
  if (topology.quota) {
    EXPECT_GT(*topology.quota, 0);
  }
#if defined(__x86_64__) || defined(__aarch64__)
  EXPECT_FALSE(topology.instruction_sets.empty());
#endif
}

TEST(CpuTopology, FollowsTheAffinityMask) {
  const auto count_on_one_cpu = [] {
    cpu_set_t mask;
    CPU_ZERO(&mask);
    if (::sched_getaffinity(0, sizeof mask, &mask) != 0) return 2;
    int last = CPU_SETSIZE - 1;
    while (!CPU_ISSET(last, &mask)) --last;
    CPU_ZERO(&mask);
    CPU_SET(last, &mask);
    if (::sched_setaffinity(0, sizeof mask, &mask) != 0) return 3;
    const auto topology = cpu_topology();
    return topology.logical_cpus == 1 && topology.physical_cores == 1 && topology.usable_cores() == 1 ? 0 : 1;
  };
  EXPECT_EXIT(::_exit(count_on_one_cpu()), ::testing::ExitedWithCode(0), "");
}

TEST(CpuTopology, CutsTheCoresToTheQuotaRoundedUp) {
  struct Case {
    std::uint32_t cores;
    std::optional<double> quota;
    std::uint32_t usable;
  };
  for (const auto& [cores, quota, usable] :
       {Case{8, {}, 8}, Case{8, 8.0, 8}, Case{8, 100.0, 8}, Case{8, 2.0, 2}, Case{8, 1.5, 2}, Case{8, 1.01, 2},
        Case{8, 0.1, 1}, Case{1, 4.0, 1}, Case{0, {}, 1}}) {
    CpuTopology topology;
    topology.physical_cores = cores;
    topology.quota = quota;
    EXPECT_EQ(topology.usable_cores(), usable) << cores << " cores, quota " << quota.value_or(0);
  }
}

}  // namespace
}  // namespace akidb::embedding::base
