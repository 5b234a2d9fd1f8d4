// A folder in which files are made whole before they get their names.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "base/folder_lock.hpp"

namespace akidb::embedding::graph {

// Its name ends in this; what a killed process leaves of that name can be removed.
inline constexpr std::string_view kStagingSuffix = ".tmp";

// Move-only. Goes with all that is in it when the object goes, unless it was renamed away. Locked while it lives: those
// without a lock are what a killed process left.
class StagingFolder {
 public:
  // Makes "<target>.<random number>.tmp", on the same file system as `target`, and removes those beside it that a
  // killed process left.
  static Result<StagingFolder> create(const std::filesystem::path& target);

  StagingFolder(StagingFolder&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
  StagingFolder& operator=(StagingFolder&&) = delete;
  ~StagingFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  StagingFolder(std::filesystem::path path, std::optional<base::FolderLock> lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  std::optional<base::FolderLock> lock_;  // none where the file system has no locks
};

}  // namespace akidb::embedding::graph
