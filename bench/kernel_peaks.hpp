// What one core can do at most: loops that keep one instruction busy in registers alone.
#pragma once

#include <cstddef>
#include <span>

#include "backend/native/kernels/cpu_features.hpp"

namespace akidb::embedding::bench {

struct Peak {
  const char* instruction;
  backend::native::kernels::Feature feature;
  double operations;  // of one round, a multiplication and an addition counted apart
  void (*run)(std::size_t rounds);
};

// Of the processor that this build is for.
std::span<const Peak> peaks();

}  // namespace akidb::embedding::bench
