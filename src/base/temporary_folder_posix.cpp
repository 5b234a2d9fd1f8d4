#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

#include "base/file.hpp"
#include "base/folder.hpp"
#include "base/temporary_folder.hpp"

namespace akidb::embedding::base {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "akidb-embedding.";

// A folder has no lock yet in the moment after it is made, and none at all where a version before the lock made it.
constexpr auto kYoung = std::chrono::minutes(10);

bool is_old(const fs::path& path) {
  std::error_code failure;
  const auto changed = fs::last_write_time(path, failure);
  return !failure && changed < fs::file_time_type::clock::now() - kYoung;
}

// Of processes that were killed. Best effort: another process may be at it too.
void remove_leftovers(const fs::path& root) {
  for (const auto& path : entries_of(root)) {
    if (path.filename().string().starts_with(kPrefix) && is_old(path)) remove_unless_locked(path);
  }
}

}  // namespace

Result<TemporaryFolder> TemporaryFolder::create() {
  std::error_code problem;
  const auto root = fs::temp_directory_path(problem);
  if (problem) return file_error("the folder for temporary files", "find", problem.value());
  remove_leftovers(root);
  std::string pattern = (root / (std::string(kPrefix) + "XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) return file_error(pattern, "make", errno);
  // Where it cannot be locked, it serves all the same.
  return TemporaryFolder(pattern, FolderLock::try_acquire(pattern));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace akidb::embedding::base
