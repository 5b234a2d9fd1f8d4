// How long a file may get.
#pragma once

#include <cstdint>

namespace akidb::embedding::base {

// In bytes: the process's own limit (RLIMIT_FSIZE), or the greatest number where there is none. Who writes beyond it
// gets SIGXFSZ, which ends a program that does not ask to be spared; so a library looks first.
std::uint64_t longest_file() noexcept;

}  // namespace akidb::embedding::base
