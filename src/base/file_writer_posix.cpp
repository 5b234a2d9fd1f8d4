#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/file.hpp"
#include "base/file_limit.hpp"
#include "base/file_writer.hpp"

namespace akidb::embedding::base {

Result<FileWriter> FileWriter::create(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) return file_error(path, "write", errno);
  return FileWriter(path, descriptor);
}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

FileWriter::~FileWriter() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(path_.c_str());
}

Result<void> FileWriter::append(std::span<const std::byte> bytes) {
  if (size_ + bytes.size() > longest_file()) return file_error(path_, "write", EFBIG);
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error(path_, "write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<void> FileWriter::align(std::uint64_t alignment) {
  static constexpr std::array<std::byte, 4096> kZeros{};
  std::uint64_t missing = (alignment - size_ % alignment) % alignment;
  while (missing > 0) {
    const auto piece = std::min<std::uint64_t>(missing, kZeros.size());
    if (auto outcome = append(std::span(kZeros).first(piece)); !outcome) return outcome;
    missing -= piece;
  }
  return {};
}

Result<void> FileWriter::finish() {
  const bool synced = ::fsync(descriptor_) == 0;
  const int sync_code = errno;
  const bool closed = ::close(std::exchange(descriptor_, -1)) == 0;
  const int close_code = errno;
  if (synced && closed) return {};
  ::unlink(path_.c_str());
  return synced ? file_error(path_, "close", close_code) : file_error(path_, "sync", sync_code);
}

}  // namespace akidb::embedding::base
