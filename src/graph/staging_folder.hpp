// A folder in which files are made whole before they get their names.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <string_view>
#include <utility>

namespace akidb::embedding::graph {

// Its name ends in this; what a killed process leaves of that name can be removed.
inline constexpr std::string_view kStagingSuffix = ".tmp";

// Move-only. Goes with all that is in it when the object goes, unless it was renamed away.
class StagingFolder {
 public:
  // Makes "<target>.<random number>.tmp", on the same file system as `target`.
  static Result<StagingFolder> create(const std::filesystem::path& target);

  StagingFolder(StagingFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  StagingFolder& operator=(StagingFolder&&) = delete;
  ~StagingFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  explicit StagingFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace akidb::embedding::graph
