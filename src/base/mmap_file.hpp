// A whole file, mapped read-only.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <filesystem>
#include <span>

namespace akidb::embedding::base {

// Move-only; the bytes are valid as long as the object. Const functions are thread-safe. The file must
// not shrink while it is mapped: reading past its new end would end the process.
class MmapFile {
 public:
  // not_found where there is no such file; invalid_argument where it is no regular file. An empty file
  // maps to an empty span.
  static Result<MmapFile> open(const std::filesystem::path& path);

  MmapFile(MmapFile&& other) noexcept;
  MmapFile& operator=(MmapFile&& other) noexcept;
  MmapFile(const MmapFile&) = delete;
  MmapFile& operator=(const MmapFile&) = delete;
  ~MmapFile();

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

 private:
  MmapFile(const std::byte* data, std::size_t size) : data_(data), size_(size) {}
  void release() noexcept;

  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace akidb::embedding::base
