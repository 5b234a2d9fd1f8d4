// Running out of memory, as an error.
#pragma once

#include <akidb/embedding/result.hpp>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

namespace akidb::embedding::base {

// Runs `work`, which returns a Result; where an allocation fails in it, the answer is resource_exhausted:
// "not enough memory to " + `purpose`.
template <class Work>
std::invoke_result_t<Work> guard_memory(std::string_view purpose, Work&& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::resource_exhausted, "not enough memory to " + std::string(purpose), {}, {}};
  }
}

}  // namespace akidb::embedding::base
