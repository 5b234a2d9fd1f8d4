#include <sys/resource.h>

#include <limits>

#include "base/file_limit.hpp"

namespace akidb::embedding::base {

std::uint64_t longest_file() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return std::numeric_limits<std::uint64_t>::max();
  }
  return limit.rlim_cur;
}

}  // namespace akidb::embedding::base
