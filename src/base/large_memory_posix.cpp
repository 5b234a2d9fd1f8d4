#include <sys/mman.h>

#include <cstdint>

#include "base/large_memory.hpp"

namespace akidb::embedding::base {
namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20;
constexpr std::size_t kSmallPage = std::size_t{64} << 10;  // the largest that a system has

constexpr std::size_t in_small_pages(std::size_t bytes) { return (bytes + kSmallPage - 1) / kSmallPage * kSmallPage; }

std::byte* map(std::size_t bytes) noexcept {
  void* const data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return data == MAP_FAILED ? nullptr : static_cast<std::byte*>(data);
}

void unmap(std::byte* data, std::size_t bytes) noexcept {
  if (bytes != 0) ::munmap(data, bytes);
}

// Only what lies between two multiples of its size can be a large page, and a mapping begins anywhere: in Linux before
// 6.7, and in later ones, too, where its size is no such multiple.
std::byte* map_on_large_pages(std::size_t bytes) noexcept {
  std::byte* const data = map(bytes + kLargePage);
  if (data == nullptr) return nullptr;
  const std::size_t skipped = (kLargePage - reinterpret_cast<std::uintptr_t>(data) % kLargePage) % kLargePage;
  unmap(data, skipped);
  unmap(data + skipped + bytes, kLargePage - skipped);
#ifdef MADV_HUGEPAGE
  // A wish: where it is not granted, small pages do as well.
  ::madvise(data + skipped, bytes, MADV_HUGEPAGE);
#endif
  return data + skipped;
}

}  // namespace

LargeMemory LargeMemory::get(std::size_t bytes) noexcept {
  if (bytes == 0) return {};
  const std::size_t whole = in_small_pages(bytes);
  std::byte* const data = bytes >= kLargePage ? map_on_large_pages(whole) : map(whole);
  if (data == nullptr) return {};
  return {data, bytes};
}

LargeMemory::~LargeMemory() {
  if (data_ != nullptr) ::munmap(data_, in_small_pages(size_));
}

}  // namespace akidb::embedding::base
