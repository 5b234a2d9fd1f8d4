#include "graph/staging_folder.hpp"

#include <random>
#include <string>
#include <string_view>
#include <system_error>

#include "base/file.hpp"
#include "base/folder.hpp"

namespace akidb::embedding::graph {
namespace {

namespace fs = std::filesystem;

// "<target>.<digits>.tmp"
bool is_staging_of(const std::string& target, std::string_view name) {
  if (!name.starts_with(target + ".") || !name.ends_with(kStagingSuffix)) return false;
  name.remove_prefix(target.size() + 1);
  if (name.size() <= kStagingSuffix.size()) return false;
  name.remove_suffix(kStagingSuffix.size());
  return name.find_first_not_of("0123456789") == std::string_view::npos;
}

void remove_leftovers(const fs::path& target) {
  const auto name = target.filename().string();
  for (const auto& path : base::entries_of(base::folder_of(target))) {
    if (is_staging_of(name, path.filename().string())) base::remove_unless_locked(path);
  }
}

}  // namespace

Result<StagingFolder> StagingFolder::create(const std::filesystem::path& target) {
  constexpr int kAttempts = 100;
  remove_leftovers(target);
  std::random_device random;
  std::error_code failure;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto path = target;
    path += "." + std::to_string(random()) + std::string(kStagingSuffix);
    const bool is_new = fs::create_directory(path, failure);
    if (failure) break;
    if (!is_new) continue;
    // Who looks for leftovers may have taken it for one before it was locked.
    auto lock = base::FolderLock::acquire(path);
    if (fs::exists(path, failure)) return StagingFolder(std::move(path), std::move(lock));
  }
  return base::file_error(target, "write", failure ? failure.value() : static_cast<int>(std::errc::file_exists));
}

StagingFolder::~StagingFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace akidb::embedding::graph
