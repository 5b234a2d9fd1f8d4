#include <dirent.h>

#include <memory>
#include <string_view>

#include "base/folder.hpp"

namespace akidb::embedding::base {

std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder) {
  struct Close {
    void operator()(DIR* opened) const noexcept { ::closedir(opened); }
  };
  std::vector<std::filesystem::path> paths;
  const std::unique_ptr<DIR, Close> opened(::opendir(folder.c_str()));
  if (opened == nullptr) return paths;
  while (const dirent* const entry = ::readdir(opened.get())) {  // NOLINT(concurrency-mt-unsafe): of our own stream
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") paths.push_back(folder / name);
  }
  return paths;
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : ".";
}

}  // namespace akidb::embedding::base
