#include "base/cgroup.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <ostream>
#include <vector>

#include "base/temporary_folder.hpp"

namespace akidb::embedding::base {
namespace {

struct Case {
  std::string name;
  std::string proc_self_cgroup;
  std::map<std::string, std::string> files;  // below the mount
  std::optional<double> quota;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

std::map<std::string, std::string> version1(const std::string& group, const std::string& quota,
                                            const std::string& period = "100000") {
  return {{group + "/cpu.cfs_quota_us", quota + "\n"}, {group + "/cpu.cfs_period_us", period + "\n"}};
}

const std::vector<Case> kCases = {
    {"NothingToRead", "", {}, {}},
    {"NotALine", "nonsense\n:\n", {{"cpu.max", "100000 100000\n"}}, {}},
    {"RootOfAContainer", "0::/\n", {{"cpu.max", "150000 100000\n"}}, 1.5},
    {"Unlimited", "0::/\n", {{"cpu.max", "max 100000\n"}}, {}},
    {"NoFile", "0::/a\n", {}, {}},
    {"OwnGroup", "0::/a/b\n", {{"a/b/cpu.max", "50000 100000\n"}}, 0.5},
    {"ParentIsTighter", "0::/a/b\n", {{"a/b/cpu.max", "400000 100000\n"}, {"a/cpu.max", "200000 100000\n"}}, 2.0},
    {"ParentIsWider", "0::/a/b\n", {{"a/b/cpu.max", "100000 100000\n"}, {"a/cpu.max", "200000 100000\n"}}, 1.0},
    {"ChildIsUnlimited", "0::/a/b\n", {{"a/b/cpu.max", "max 100000\n"}, {"a/cpu.max", "300000 100000\n"}}, 3.0},
    {"OthersDoNotCount", "0::/a/b\n", {{"a/c/cpu.max", "100000 100000\n"}, {"b/cpu.max", "100000 100000\n"}}, {}},
    // The path is the host's, the mount the container's own.
    {"PathOfTheHost", "0::/docker/0123\n", {{"cpu.max", "250000 100000\n"}}, 2.5},
    {"Garbage", "0::/\n", {{"cpu.max", "many few\n"}}, {}},
    {"Empty", "0::/\n", {{"cpu.max", ""}}, {}},
    {"PeriodOfZero", "0::/\n", {{"cpu.max", "100000 0\n"}}, {}},
    {"Version1", "5:memory:/m\n4:cpu,cpuacct:/a\n", version1("cpu,cpuacct/a", "350000"), 3.5},
    {"Version1Unlimited", "4:cpu,cpuacct:/a\n", version1("cpu,cpuacct/a", "-1"), {}},
    {"Version1OtherPeriod", "4:cpu:/\n", version1("cpu/.", "25000", "50000"), 0.5},
    // Some systems list the controllers in another order than that of the folder's name; "cpu" links to it.
    {"Version1OtherName", "4:cpuacct,cpu:/a\n", version1("cpu/a", "100000"), 1.0},
    {"Version1OtherController", "4:cpuset:/a\n3:cpuacct:/a\n", version1("cpuset/a", "100000"), {}},
    {"Version1NoPeriod", "4:cpu:/\n", {{"cpu/cpu.cfs_quota_us", "100000\n"}}, {}},
    {"BothVersions", "4:cpu:/a\n0::/b\n", version1("cpu/a", "200000"), 2.0},
};

class CgroupQuota : public ::testing::TestWithParam<Case> {};

TEST_P(CgroupQuota, IsTheLeastOnTheWayUp) {
  const auto mount = TemporaryFolder::create();
  ASSERT_TRUE(mount);
  for (const auto& [name, content] : GetParam().files) {
    const auto file = mount->path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << content;
  }
  EXPECT_EQ(cgroup_cpu_quota(GetParam().proc_self_cgroup, mount->path()), GetParam().quota);
}

INSTANTIATE_TEST_SUITE_P(Trees, CgroupQuota, ::testing::ValuesIn(kCases),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace akidb::embedding::base
