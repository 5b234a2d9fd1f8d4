// How far an input has been read: enough to go on from there, and to see that it is the same input.
#pragma once

#include <cstdint>

namespace akidb::embedding::cli {

struct InputPosition {
  std::uint64_t records = 0;  // good and bad
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t digest = 0xCBF29CE484222325U;  // FNV-1a of those bytes

  friend bool operator==(const InputPosition&, const InputPosition&) = default;
};

}  // namespace akidb::embedding::cli
