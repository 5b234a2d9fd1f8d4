#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include "base/folder.hpp"
#include "server/api/process_stats.hpp"

namespace akidb::embedding::server {
namespace {

double boot_seconds() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return 0;
}

// Fields of /proc/self/stat behind the name in brackets, which may hold anything.
void read_stat(ProcessStats& stats) {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return;
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;  // up to utime
  double user = 0;
  double system = 0;
  fields >> user >> system;
  for (int i = 0; i < 4; ++i) fields >> skipped;
  double start = 0;
  fields >> stats.threads >> skipped >> start >> skipped;
  double pages = 0;
  fields >> pages;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  static const double boot = boot_seconds();
  stats.cpu_seconds = (user + system) / ticks;
  stats.start_seconds = boot + start / ticks;
  stats.resident_bytes = static_cast<std::size_t>(pages * static_cast<double>(::sysconf(_SC_PAGESIZE)));
}

}  // namespace

ProcessStats process_stats() {
  ProcessStats stats;
  read_stat(stats);
  stats.open_descriptors = base::entries_of("/proc/self/fd").size();
  return stats;
}

}  // namespace akidb::embedding::server
