#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/file.hpp"
#include "base/file_lock.hpp"

namespace akidb::embedding::base {
namespace {

// Some programs remove a lock's file when they let go of it: a lock on a file that has lost its name excludes nobody.
bool has_this_name(int descriptor, const std::filesystem::path& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino;
}

}  // namespace

Result<std::optional<FileLock>> FileLock::lock(const std::filesystem::path& path, bool wait) {
  while (true) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0664);
    if (descriptor < 0) return file_error(path, "open", errno);
    FileLock held(descriptor);
    while (::flock(descriptor, LOCK_EX | (wait ? 0 : LOCK_NB)) != 0) {
      if (!wait && errno == EWOULDBLOCK) return std::optional<FileLock>();
      if (errno != EINTR) return file_error(path, "lock", errno);
    }
    if (has_this_name(descriptor, path)) return std::optional<FileLock>(std::move(held));
  }
}

Result<FileLock> FileLock::acquire(const std::filesystem::path& path) {
  auto held = lock(path, true);
  if (!held) return held.error();
  return std::move(**held);
}

Result<std::optional<FileLock>> FileLock::try_acquire(const std::filesystem::path& path) { return lock(path, false); }

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace akidb::embedding::base
