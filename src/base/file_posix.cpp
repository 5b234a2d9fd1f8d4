#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>

#include "base/file.hpp"
#include "base/file_limit.hpp"
#include "base/irregular_file.hpp"

namespace akidb::embedding::base {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return value_; }
  int close() {
    const int value = value_;
    value_ = -1;
    return value < 0 ? 0 : ::close(value);
  }

 private:
  int value_;
};

Result<void> write_all(int descriptor, const std::filesystem::path& path, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return file_error(path, "write", errno);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  static std::atomic<unsigned> counter{0};
  auto temporary = path;
  temporary += std::string(kTemporaryMark) + std::to_string(::getpid()) + "." + std::to_string(counter.fetch_add(1));
  return temporary;
}

std::string text_of(const timespec& time) { return std::to_string(time.tv_sec) + " " + std::to_string(time.tv_nsec); }

std::string identity_of(const struct stat& status) {
  return std::to_string(status.st_dev) + " " + std::to_string(status.st_ino) + " " + std::to_string(status.st_size) +
         " " + text_of(status.st_mtim);
}

}  // namespace

Error file_error(const std::filesystem::path& path, std::string_view action, int system_code) {
  auto code = ErrorCode::invalid_argument;
  if (system_code == ENOENT || system_code == ENOTDIR) code = ErrorCode::not_found;
  constexpr std::array kExhausted = {ENOSPC, EDQUOT, EFBIG, ENOMEM, EMFILE, ENFILE};
  if (std::find(kExhausted.begin(), kExhausted.end(), system_code) != kExhausted.end()) {
    code = ErrorCode::resource_exhausted;
  }
  const auto words = std::error_code(system_code, std::generic_category()).message();
  return {code, "cannot " + std::string(action) + " " + path.filename().string() + ": " + words, path.string(), {}};
}

Error irregular_file(const std::filesystem::path& path) {
  std::error_code ignored;
  const char* found = "none";
  switch (std::filesystem::status(path, ignored).type()) {
    case std::filesystem::file_type::directory: found = "a folder"; break;
    case std::filesystem::file_type::fifo: found = "a FIFO"; break;
    case std::filesystem::file_type::socket: found = "a socket"; break;
    case std::filesystem::file_type::character:
    case std::filesystem::file_type::block: found = "a device"; break;
    default: break;
  }
  return {ErrorCode::data_corrupt,
          path.filename().string() + ": expected a regular file, found " + found,
          path.string(),
          {}};
}

bool is_there(const std::filesystem::path& path) noexcept {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

bool is_file(const std::filesystem::path& path) noexcept {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return file_error(path, "open", errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return file_error(path, "stat", errno);
  if (!S_ISREG(status.st_mode)) return irregular_file(path);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > limit) {
    return Error{ErrorCode::data_corrupt,
                 path.filename().string() + ": expected at most " + std::to_string(limit) + " bytes, found " +
                     std::to_string(size),
                 path.string(),
                 {}};
  }
  std::string content(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t count = ::read(file.get(), content.data() + filled, size - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error(path, "read", errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  content.resize(filled);
  return content;
}

Result<std::string> file_identity(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return file_error(path, "stat", errno);
  return identity_of(status);
}

Result<std::string> content_identity(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return file_error(path, "stat", errno);
  return identity_of(status) + " " + text_of(status.st_ctim);
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() < 0) return file_error(folder, "open", errno);
  // Some file systems have nothing to sync there and say so.
  if (::fsync(file.get()) != 0 && errno != EINVAL) return file_error(folder, "sync", errno);
  return {};
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  return write_file_atomically(path, content, temporary_beside(path));
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                                   const std::filesystem::path& temporary) {
  if (content.size() > longest_file()) return file_error(path, "write", EFBIG);
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (file.get() < 0) return file_error(path, "write", errno);
  auto outcome = write_all(file.get(), path, content);
  if (outcome && ::fsync(file.get()) != 0) outcome = file_error(path, "sync", errno);
  if (file.close() != 0 && outcome) outcome = file_error(path, "close", errno);
  if (outcome && ::rename(temporary.c_str(), path.c_str()) != 0) outcome = file_error(path, "rename", errno);
  if (!outcome) ::unlink(temporary.c_str());
  return outcome;
}

}  // namespace akidb::embedding::base
