// What the system says of this process.
#pragma once

#include <cstddef>

namespace akidb::embedding::server {

struct ProcessStats {
  double cpu_seconds = 0;
  std::size_t resident_bytes = 0;
  std::size_t open_descriptors = 0;
  std::size_t threads = 0;
  double start_seconds = 0;  // Unix time
};

// Zeros where the system does not say.
ProcessStats process_stats();

}  // namespace akidb::embedding::server
