#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/folder_lock.hpp"

namespace akidb::embedding::base {

std::optional<FolderLock> FolderLock::lock(const std::filesystem::path& folder, int operation) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  FolderLock lock(descriptor);
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0 || facts.st_uid != ::geteuid()) return std::nullopt;
  while (::flock(descriptor, operation) != 0) {
    if (errno != EINTR) return std::nullopt;
  }
  return lock;
}

std::optional<FolderLock> FolderLock::try_acquire(const std::filesystem::path& folder) {
  return lock(folder, LOCK_EX | LOCK_NB);
}

std::optional<FolderLock> FolderLock::acquire(const std::filesystem::path& folder) { return lock(folder, LOCK_EX); }

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void remove_unless_locked(const std::filesystem::path& folder) noexcept {
  const auto lock = FolderLock::try_acquire(folder);
  std::error_code ignored;
  if (lock) std::filesystem::remove_all(folder, ignored);
}

}  // namespace akidb::embedding::base
