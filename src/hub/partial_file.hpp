// A blob that is not whole yet.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace akidb::embedding::hub {

// Move-only, used by one thread (reading through descriptor() apart). Closed with the object; the file stays, to be
// gone on with.
class PartialFile {
 public:
  // Opens or makes it. What is there and is longer than `most` bytes is dropped. data_corrupt where something else than
  // a file is there, invalid_argument where the file has another name, too.
  static Result<PartialFile> open(const std::filesystem::path& path, std::uint64_t most);

  PartialFile(PartialFile&& other) noexcept;
  PartialFile& operator=(PartialFile&&) = delete;
  ~PartialFile();

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  Result<void> append(std::span<const std::byte> bytes);
  Result<void> clear();
  void remove() noexcept;

  // Syncs it and gives it its name, over what is there; lasts through a power cut.
  Result<void> finish(const std::filesystem::path& name);

  // Bytes that the disk has room for; UINT64_MAX where it does not say.
  [[nodiscard]] std::uint64_t room() const noexcept;

 private:
  PartialFile(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_;
  std::uint64_t size_ = 0;
};

}  // namespace akidb::embedding::hub
