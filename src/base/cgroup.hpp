// CPU quota of a control group, from the files that Linux shows.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace akidb::embedding::base {

// The least quota on the way from the process's group up to the root, in CPUs. `proc_self_cgroup` is the
// text of /proc/self/cgroup, `mount` where control groups are mounted (/sys/fs/cgroup). Version 2
// (cpu.max) and version 1 (cpu.cfs_quota_us over cpu.cfs_period_us); formats: Linux's
// Documentation/admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst.
std::optional<double> cgroup_cpu_quota(std::string_view proc_self_cgroup, const std::filesystem::path& mount);

}  // namespace akidb::embedding::base
