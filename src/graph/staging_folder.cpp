#include "graph/staging_folder.hpp"

#include <random>
#include <string>
#include <system_error>

#include "base/file.hpp"

namespace akidb::embedding::graph {

Result<StagingFolder> StagingFolder::create(const std::filesystem::path& target) {
  constexpr int kAttempts = 100;
  std::random_device random;
  std::error_code failure;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto path = target;
    path += "." + std::to_string(random()) + std::string(kStagingSuffix);
    if (std::filesystem::create_directory(path, failure)) return StagingFolder(std::move(path));
    if (failure) break;
  }
  return base::file_error(target, "write", failure ? failure.value() : static_cast<int>(std::errc::file_exists));
}

StagingFolder::~StagingFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace akidb::embedding::graph
