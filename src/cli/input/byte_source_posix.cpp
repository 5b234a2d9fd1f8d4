#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/input/byte_source.hpp"
#include "cli/terminal/stop_signal.hpp"

namespace akidb::embedding::cli {
namespace {

Error cannot(const std::string& name, const std::string& action, int code) {
  return {ErrorCode::invalid_argument, name + ": cannot " + action, std::strerror(code), {}};
}

class FileSource final : public ByteSource {
 public:
  FileSource(int descriptor, std::string name, std::optional<std::uint64_t> size)
      : descriptor_(descriptor), name_(std::move(name)), size_(size) {}
  ~FileSource() override {
    if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<std::size_t> read(std::span<char> buffer) override {
    while (true) {
      if (!size_ && !wait()) return Error{ErrorCode::cancelled, "interrupted", {}, {}};
      const ssize_t got = ::read(descriptor_, buffer.data(), buffer.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return cannot(name_, "be read", errno);
    }
  }

  [[nodiscard]] bool ready() const override {
    if (size_) return true;
    pollfd poll_for{descriptor_, POLLIN, 0};
    return ::poll(&poll_for, 1, 0) != 0;
  }

  [[nodiscard]] std::optional<std::uint64_t> size() const override { return size_; }
  [[nodiscard]] const std::string& name() const override { return name_; }

 private:
  // For bytes or for a stop signal; false for the signal.
  [[nodiscard]] bool wait() const {
    pollfd poll_for[] = {{descriptor_, POLLIN, 0}, {stop_descriptor(), POLLIN, 0}};
    while (::poll(poll_for, 2, -1) < 0 && errno == EINTR) {
    }
    return !stop_requested();
  }

  int descriptor_;
  std::string name_;
  std::optional<std::uint64_t> size_;
};

// Does not wait for somebody to write into a FIFO: reading does, and a stop signal ends that.
int open_at_once(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor >= 0) ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  return descriptor;
}

}  // namespace

Result<std::unique_ptr<ByteSource>> open_input(const std::string& path) {
  const bool standard = path == "-";
  const std::string name = standard ? "standard input" : path;
  const int descriptor = standard ? STDIN_FILENO : open_at_once(path);
  if (descriptor < 0) return cannot(name, "be opened", errno);
  std::optional<std::uint64_t> size;
  struct stat status {};
  if (::fstat(descriptor, &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      if (!standard) ::close(descriptor);
      return cannot(name, "be read as a file", EISDIR);
    }
    if (S_ISREG(status.st_mode)) size = static_cast<std::uint64_t>(status.st_size);
  }
  return std::unique_ptr<ByteSource>(std::make_unique<FileSource>(descriptor, name, size));
}

}  // namespace akidb::embedding::cli
