// A folder of this process's own, gone with the object.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <utility>

namespace akidb::embedding::base {

// Move-only. Made in the system's folder for temporary files ($TMPDIR), readable by its owner alone, and locked
// (flock(2) on the folder itself) while the object lives: what a process that was killed has left is known by that, and
// goes when a later one makes a folder, ten minutes after its last change at the earliest.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> create();

  TemporaryFolder(TemporaryFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})), descriptor_(std::exchange(other.descriptor_, -1)) {}
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  TemporaryFolder(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_;  // of the folder, with the lock
};

}  // namespace akidb::embedding::base
