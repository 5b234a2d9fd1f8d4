// Running out of memory, as an error.
#pragma once

#include <akidb/embedding/result.hpp>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

namespace akidb::embedding::base {

// Where there may be no memory left for more words: these are short enough to need none.
inline Error out_of_memory() { return {ErrorCode::resource_exhausted, "out of memory", {}, {}}; }

// Runs `work`, which returns a Result; where an allocation fails in it, the answer is resource_exhausted:
// "not enough memory to " + `purpose`, or no more than "out of memory" where there is none for these words.
template <class Work>
std::invoke_result_t<Work> guard_memory(std::string_view purpose, Work&& work) {
  Error none_left = out_of_memory();
  try {
    none_left.message = "not enough memory to " + std::string(purpose);  // now: later there may be none for it either
    return work();
  } catch (const std::bad_alloc&) {
    return none_left;
  }
}

}  // namespace akidb::embedding::base
