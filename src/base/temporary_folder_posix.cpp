#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "base/file.hpp"
#include "base/temporary_folder.hpp"

namespace akidb::embedding::base {

Result<TemporaryFolder> TemporaryFolder::create() {
  std::error_code problem;
  const auto root = std::filesystem::temp_directory_path(problem);
  if (problem) return file_error("the folder for temporary files", "find", problem.value());
  std::string pattern = (root / "akidb-embedding.XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return file_error(pattern, "make", errno);
  return TemporaryFolder(pattern);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace akidb::embedding::base
