#include <sched.h>

#include <array>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>

#include "base/cgroup.hpp"
#include "base/cpu_topology.hpp"

namespace akidb::embedding::base {
namespace {

std::vector<int> affinity_mask() {
  // The mask is as wide as the kernel's CPU count, which may be above CPU_SETSIZE.
  for (int width = CPU_SETSIZE; width <= 1 << 16; width *= 2) {
    cpu_set_t* const set = CPU_ALLOC(static_cast<std::size_t>(width));
    const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(width));
    std::vector<int> cpus;
    const bool known = set != nullptr && sched_getaffinity(0, bytes, set) == 0;
    for (int cpu = 0; known && cpu < width; ++cpu) {
      if (CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes, set)) cpus.push_back(cpu);
    }
    CPU_FREE(set);
    if (known) return cpus;
  }
  return {0};
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::uint32_t count_physical_cores(const std::vector<int>& cpus) {
  std::set<std::string> cores;
  for (const int cpu : cpus) {
    const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
    auto siblings = first_line(folder + "thread_siblings_list");
    cores.insert(siblings.empty() ? "cpu" + std::to_string(cpu) : siblings);
  }
  return static_cast<std::uint32_t>(cores.size());
}

struct CpuInfo {
  std::string model_name;
  std::set<std::string> flags;
};

CpuInfo read_cpuinfo() {
  CpuInfo info;
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line) && !line.empty();) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string key = line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
    const std::string value = colon + 2 <= line.size() ? line.substr(colon + 2) : "";
    if (key == "model name") info.model_name = value;
    if (key == "flags" || key == "Features") {
      std::istringstream words(value);
      for (std::string word; words >> word;) info.flags.insert(word);
    }
  }
  return info;
}

constexpr std::array<std::string_view, 16> kInstructionSets = {
    "avx2",     "fma",      "avx_vnni", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "avx512_fp16",
    "amx_tile", "amx_bf16", "amx_int8", "asimd",   "asimddp",  "i8mm",        "bf16",        "sve"};

std::string whole_file(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

CpuTopology cpu_topology() {
  const auto cpus = affinity_mask();
  auto info = read_cpuinfo();
  CpuTopology topology;
  topology.logical_cpus = static_cast<std::uint32_t>(cpus.size());
  topology.physical_cores = count_physical_cores(cpus);
  topology.quota = cgroup_cpu_quota(whole_file("/proc/self/cgroup"), "/sys/fs/cgroup");
  topology.model_name = std::move(info.model_name);
  for (const auto name : kInstructionSets) {
    if (info.flags.count(std::string(name)) != 0) topology.instruction_sets.emplace_back(name);
  }
  return topology;
}

}  // namespace akidb::embedding::base
