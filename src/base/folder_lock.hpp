// A lock between processes, held on a folder itself.
#pragma once

#include <filesystem>
#include <optional>
#include <utility>

namespace akidb::embedding::base {

// Move-only. It is flock(2): the lock goes with the object, and with the process however it ends, so that a folder
// without one belongs to nobody who lives.
class FolderLock {
 public:
  // Nothing where somebody else holds it, and where it is no folder of this user's or cannot be locked.
  static std::optional<FolderLock> try_acquire(const std::filesystem::path& folder);

  // The same, but waits for who holds it.
  static std::optional<FolderLock> acquire(const std::filesystem::path& folder);

  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  static std::optional<FolderLock> lock(const std::filesystem::path& folder, int operation);

  int descriptor_;
};

// Removes a folder of this user's that nobody has locked, with all that is in it.
void remove_unless_locked(const std::filesystem::path& folder) noexcept;

}  // namespace akidb::embedding::base
