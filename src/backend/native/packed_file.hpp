// PackedFile: the memory of packed weights, kept from one start to the next as a file that is mapped, so that the next
// one packs nothing and processes share its pages.
//
//   file   = header, zeros up to 4,096 bytes, memory
//   header = "akidbpw1", bytes of memory (uint64), checksum of memory (uint64), key (64 hexadecimal digits)
//
// Numbers are in this machine's byte order. All else that the memory depends on is in the key.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/executor.hpp"
#include "base/mmap_file.hpp"

namespace akidb::embedding::backend::native {

class PackedFile {
 public:
  // Nothing where there is no such file, or where it is damaged or not of `bytes` bytes of memory: the caller packs
  // again. Reads all of it once, on the executor's threads and the caller's.
  static std::optional<PackedFile> open(const std::filesystem::path& folder, const std::string& key, std::size_t bytes,
                                        Executor& executor);

  // Begins on a page. Lives as long as the object; moving it keeps it.
  [[nodiscard]] std::span<const std::byte> memory() const noexcept;

 private:
  explicit PackedFile(base::MmapFile file) : file_(std::move(file)) {}
  base::MmapFile file_;
};

// Writes the file under a name of its own first, so that no reader sees a part, and removes those that were used
// longest ago where the folder holds too many. Where it cannot be written that goes to the log, and no more comes of
// it. `source` is noted as what it was made of, unless empty.
void keep_packed(const std::filesystem::path& folder, const std::string& key, std::span<const std::byte> memory,
                 const std::filesystem::path& source, Executor& executor);

}  // namespace akidb::embedding::backend::native
