#include "backend/native/kernels/flush_denormals.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::backend::native::kernels {
namespace {

float halved(float x) {
  volatile float value = x;  // computed where it is asked for, not by the compiler
  return value * 0.5F;
}

TEST(FlushDenormals, MakesThemZeroWhileItLives) {
  constexpr float kLeastNormal = 1.1754944e-38F;
  EXPECT_GT(halved(kLeastNormal), 0);
#if defined(__x86_64__) || defined(__aarch64__)
  {
    const FlushDenormals flush;
    EXPECT_EQ(halved(kLeastNormal), 0);
  }
#endif
  EXPECT_GT(halved(kLeastNormal), 0);
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
