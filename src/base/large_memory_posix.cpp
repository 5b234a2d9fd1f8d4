#include <sys/mman.h>

#include "base/large_memory.hpp"

namespace akidb::embedding::base {

LargeMemory LargeMemory::get(std::size_t bytes) noexcept {
  if (bytes == 0) return {};
  void* const data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) return {};
#ifdef MADV_HUGEPAGE
  // A wish: where it is not granted, small pages do as well.
  constexpr std::size_t kLargePage = std::size_t{2} << 20;
  if (bytes >= kLargePage) ::madvise(data, bytes, MADV_HUGEPAGE);
#endif
  return {static_cast<std::byte*>(data), bytes};
}

LargeMemory::~LargeMemory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace akidb::embedding::base
