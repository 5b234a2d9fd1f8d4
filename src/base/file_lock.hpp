// A lock between processes, held on a file.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <optional>

namespace akidb::embedding::base {

// Move-only. The lock goes with the object, and with the process however it ends. The file stays; it is
// empty. Excludes other holders in this process too. It is flock(2), as Python's filelock has it.
class FileLock {
 public:
  // Makes the file where there is none, and waits until nobody else holds its lock.
  static Result<FileLock> acquire(const std::filesystem::path& path);

  // The same without waiting: nothing where somebody else holds it.
  static Result<std::optional<FileLock>> try_acquire(const std::filesystem::path& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  static Result<std::optional<FileLock>> lock(const std::filesystem::path& path, bool wait);

  int descriptor_;
};

}  // namespace akidb::embedding::base
