// A folder of this process's own, gone with the object.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/folder_lock.hpp"

namespace akidb::embedding::base {

// Move-only. Made in the system's folder for temporary files ($TMPDIR), readable by its owner alone, and locked
// (flock(2) on the folder itself) while the object lives: what a process that was killed has left is known by that, and
// goes when a later one makes a folder, ten minutes after its last change at the earliest.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> create();

  TemporaryFolder(TemporaryFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(lock_, other.lock_);
    return *this;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  TemporaryFolder(std::filesystem::path path, std::optional<FolderLock> lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  std::optional<FolderLock> lock_;  // let go when the folder is gone
};

}  // namespace akidb::embedding::base
