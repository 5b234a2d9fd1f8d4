#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/output/output_file.hpp"
#include "cli/terminal/stop_signal.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr int kReaderPollMs = 50;

Error cannot(const std::string& name, const std::string& action, int code) {
  return {ErrorCode::invalid_argument, name + ": cannot " + action, std::strerror(code), {}};
}

bool is_fifo(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

// Waits until somebody reads a FIFO, or for a stop signal, which ::open() would not end for.
int open_to_write(const std::string& path, int create) {
  while (true) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK | create, 0666);
    if (descriptor >= 0) ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
    if (descriptor >= 0 || errno != ENXIO || !is_fifo(path) || stop_requested()) return descriptor;
    pollfd stop{stop_descriptor(), POLLIN, 0};
    ::poll(&stop, 1, kReaderPollMs);
  }
}

}  // namespace

Result<OutputFile> OutputFile::open(const std::string& path, OpenMode mode) {
  const bool standard = path == "-";
  OutputFile file(STDOUT_FILENO, standard ? "standard output" : path);
  if (!standard) {
    const int create = mode == OpenMode::anew ? O_CREAT : 0;
    file.descriptor_ = open_to_write(path, create);
    if (file.descriptor_ < 0 && stop_requested()) return Error{ErrorCode::cancelled, "interrupted", {}, {}};
    if (file.descriptor_ < 0) return cannot(path, "be written", errno);
  }
  struct stat status {};
  if (::fstat(file.descriptor_, &status) != 0) return cannot(file.name_, "be written", errno);
  file.is_terminal_ = ::isatty(file.descriptor_) == 1;
  file.can_seek_ = S_ISREG(status.st_mode) && (::fcntl(file.descriptor_, F_GETFL) & O_APPEND) == 0;
  if (standard) {
    if (file.can_seek_) file.base_ = static_cast<std::uint64_t>(::lseek(file.descriptor_, 0, SEEK_CUR));
    return file;
  }
  if (!file.can_seek_) return file;
  if (::flock(file.descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return Error{ErrorCode::invalid_argument, path + ": another process is writing it", {}, {}};
  }
  if (mode == OpenMode::go_on) {
    file.size_ = static_cast<std::uint64_t>(status.st_size);
  } else if (auto emptied = file.cut(0); !emptied) {
    return emptied.error();
  }
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      base_(other.base_),
      size_(other.size_),
      can_seek_(other.can_seek_),
      is_terminal_(other.is_terminal_) {}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0 && descriptor_ != STDOUT_FILENO) ::close(descriptor_);
}

Error OutputFile::failed(int code) const {
  if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
    return {ErrorCode::resource_exhausted, name_ + ": no space is left for more output", std::strerror(code), {}};
  }
  return cannot(name_, "be written", code);
}

Result<void> OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failed(errno);
    size_ += static_cast<std::uint64_t>(put);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> OutputFile::write_at(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(base_ + offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failed(errno);
    offset += static_cast<std::uint64_t>(put);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> OutputFile::sync() {
  if (can_seek_ && ::fsync(descriptor_) != 0) return failed(errno);
  return {};
}

Result<void> OutputFile::cut(std::uint64_t size) {
  const auto end = static_cast<off_t>(base_ + size);
  if (::ftruncate(descriptor_, end) != 0 || ::lseek(descriptor_, end, SEEK_SET) != end) return failed(errno);
  size_ = size;
  return {};
}

Result<void> print(std::string_view text) {
  auto out = OutputFile::open("-", OpenMode::anew);
  if (!out) return out.error();
  return out->write(text);
}

}  // namespace akidb::embedding::cli
