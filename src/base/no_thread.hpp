// NoThread: an executor without a single thread.
#pragma once

#include <akidb/embedding/error.hpp>
#include <new>

namespace akidb::embedding::base {

// The system does not say for want of what. To those who do not ask, memory.
struct NoThread : std::bad_alloc {};

inline Error no_thread() {
  return {ErrorCode::resource_exhausted,
          "the system starts no thread for this process: it has as many as it may (ulimit -u, pids.max), or no memory "
          "for another",
          {},
          {}};
}

}  // namespace akidb::embedding::base
