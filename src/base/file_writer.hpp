// Writing a large new file in pieces.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace akidb::embedding::base {

// Move-only, not thread-safe. The file is what finish() leaves: without it the destructor removes the
// file again. Names no file that a reader looks for: write to a temporary name, then rename.
class FileWriter {
 public:
  // Makes a new file; an existing one is an error.
  static Result<FileWriter> create(const std::filesystem::path& path);

  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;
  ~FileWriter();

  // A full disk is resource_exhausted.
  Result<void> append(std::span<const std::byte> bytes);

  // Appends zeros up to a multiple of `alignment`.
  Result<void> align(std::uint64_t alignment);

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  // Syncs and closes. Nothing may be appended afterwards.
  Result<void> finish();

 private:
  FileWriter(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace akidb::embedding::base
