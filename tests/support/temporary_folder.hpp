// A folder that goes with the test.
#pragma once

#include <filesystem>
#include <string_view>

namespace akidb::embedding::test {

class TemporaryFolder {
 public:
  // Empty, new, below the system's folder for temporary files.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  // Writes a file, with the folders on the way to it, and returns its path.
  std::filesystem::path write(std::string_view name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

}  // namespace akidb::embedding::test
