// FlushDenormals: while it lives, this thread's floating-point unit takes denormal numbers as zero and makes none, so
// that a product over them is as fast as any other. Restores what was set before.
#pragma once

#include <cstdint>

namespace akidb::embedding::backend::native::kernels {

class FlushDenormals {
 public:
  FlushDenormals() noexcept;
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  std::uint64_t before_;
};

}  // namespace akidb::embedding::backend::native::kernels
