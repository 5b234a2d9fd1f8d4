#include "base/cgroup.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

namespace akidb::embedding::base {
namespace {

std::optional<double> first_number(const std::filesystem::path& file) {
  std::ifstream stream(file);
  double value = 0;
  if (stream >> value) return value;
  return std::nullopt;
}

std::optional<double> quota_of_group(const std::filesystem::path& group) {
  std::ifstream max_file(group / "cpu.max");
  std::string quota;
  double period = 0;
  if (max_file >> quota >> period) {
    if (quota == "max" || period <= 0) return std::nullopt;
    std::istringstream number(quota);
    double value = 0;
    return number >> value ? std::optional(value / period) : std::nullopt;
  }
  const auto quota_us = first_number(group / "cpu.cfs_quota_us");
  const auto period_us = first_number(group / "cpu.cfs_period_us");
  if (!quota_us || !period_us || *quota_us <= 0 || *period_us <= 0) return std::nullopt;
  return *quota_us / *period_us;
}

// Whether "cpu" is among the comma-separated controllers of a version 1 line.
bool names_cpu(std::string_view controllers) {
  while (!controllers.empty()) {
    const auto comma = controllers.find(',');
    if (controllers.substr(0, comma) == "cpu") return true;
    if (comma == std::string_view::npos) break;
    controllers.remove_prefix(comma + 1);
  }
  return false;
}

// The hierarchy is mounted under its list of controllers, on some systems in another order, with "cpu" as a link.
std::filesystem::path version1_root(const std::filesystem::path& mount, std::string_view controllers) {
  std::error_code ignored;
  return std::filesystem::is_directory(mount / controllers, ignored) ? mount / controllers : mount / "cpu";
}

std::optional<double> least_on_the_way_up(const std::filesystem::path& root, std::filesystem::path inside) {
  std::optional<double> least;
  while (true) {
    if (const auto quota = quota_of_group(root / inside)) least = least ? std::min(*least, *quota) : *quota;
    if (inside.empty()) return least;
    inside = inside.parent_path();
  }
}

}  // namespace

std::optional<double> cgroup_cpu_quota(std::string_view proc_self_cgroup, const std::filesystem::path& mount) {
  std::istringstream lines{std::string(proc_self_cgroup)};
  std::optional<double> least;
  // A line is "0::/path" in version 2 and "4:cpu,cpuacct:/path" in version 1.
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = std::string_view(line).substr(first + 1, second - first - 1);
    if (!controllers.empty() && !names_cpu(controllers)) continue;
    const auto root = controllers.empty() ? mount : version1_root(mount, controllers);
    const auto inside = std::filesystem::path(line.substr(second + 1)).relative_path();
    if (const auto quota = least_on_the_way_up(root, inside)) least = least ? std::min(*least, *quota) : *quota;
  }
  return least;
}

}  // namespace akidb::embedding::base
