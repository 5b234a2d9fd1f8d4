// A folder of this process's own, gone with the object.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <utility>

namespace akidb::embedding::base {

// Move-only. Made in the system's folder for temporary files ($TMPDIR), readable by its owner alone.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> create();

  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace akidb::embedding::base
