#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/file.hpp"
#include "base/file_limit.hpp"
#include "base/irregular_file.hpp"
#include "hub/partial_file.hpp"

namespace akidb::embedding::hub {

Result<PartialFile> PartialFile::open(const std::filesystem::path& path, std::uint64_t most) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor < 0) {
    const int code = errno;
    const bool is_irregular = base::is_there(path) && !base::is_file(path);
    return is_irregular ? base::irregular_file(path) : base::file_error(path, "write", code);
  }
  PartialFile file(path, descriptor);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return base::file_error(path, "stat", errno);
  if (!S_ISREG(status.st_mode)) return base::irregular_file(path);
  // Another name of the file is somebody else's.
  if (status.st_nlink != 1) {
    return Error{ErrorCode::invalid_argument, path.filename().string() + " has other names too", path.string(), {}};
  }
  file.size_ = static_cast<std::uint64_t>(status.st_size);
  if (file.size_ > most) {
    if (auto cleared = file.clear(); !cleared) return cleared.error();
  }
  return file;
}

PartialFile::PartialFile(PartialFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

PartialFile::~PartialFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> PartialFile::append(std::span<const std::byte> bytes) {
  const std::uint64_t limit = base::longest_file();
  while (!bytes.empty()) {
    if (size_ >= limit) return base::file_error(path_, "write", EFBIG);
    const auto piece = std::min<std::uint64_t>(bytes.size(), limit - size_);
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), piece, static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return base::file_error(path_, "write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<void> PartialFile::clear() {
  if (::ftruncate(descriptor_, 0) != 0) return base::file_error(path_, "cut", errno);
  size_ = 0;
  return {};
}

void PartialFile::remove() noexcept { ::unlink(path_.c_str()); }

Result<void> PartialFile::finish(const std::filesystem::path& name) {
  if (::fsync(descriptor_) != 0) return base::file_error(path_, "sync", errno);
  if (::rename(path_.c_str(), name.c_str()) != 0) return base::file_error(name, "rename", errno);
  return base::sync_folder(name.parent_path());
}

std::uint64_t PartialFile::room() const noexcept {
  struct statvfs status {};
  if (::fstatvfs(descriptor_, &status) != 0 || status.f_blocks == 0) return UINT64_MAX;
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

}  // namespace akidb::embedding::hub
