#include <unistd.h>

#include <system_error>

#include "hub/cache_folders.hpp"
#include "providers/diagnose_parts.hpp"

namespace akidb::embedding::providers {
namespace {

// Bytes of the regular files below `folder`; what cannot be read is passed over.
std::uint64_t bytes_below(const std::filesystem::path& folder) {
  using Iterator = std::filesystem::recursive_directory_iterator;
  std::uint64_t bytes = 0;
  std::error_code failure;
  Iterator at(folder, std::filesystem::directory_options::skip_permission_denied, failure);
  for (; !failure && at != Iterator(); at.increment(failure)) {
    std::error_code ignored;
    if (!at->is_symlink(ignored) && at->is_regular_file(ignored)) {
      const auto size = at->file_size(ignored);
      if (!ignored) bytes += size;
    }
  }
  return bytes;
}

// Where the folder is not there yet: whether the nearest one above it would take it.
bool is_writable(std::filesystem::path folder) {
  std::error_code failure;
  while (!std::filesystem::exists(folder, failure) && folder.has_parent_path() && folder != folder.parent_path()) {
    folder = folder.parent_path();
  }
  return ::access(folder.c_str(), W_OK | X_OK) == 0;
}

FolderFacts facts_of(std::string purpose, const std::filesystem::path& path) {
  std::error_code failure;
  FolderFacts facts;
  facts.purpose = std::move(purpose);
  facts.path = path;
  facts.exists = std::filesystem::is_directory(path, failure);
  facts.writable = is_writable(path);
  if (facts.exists) facts.bytes = bytes_below(path);
  return facts;
}

}  // namespace

std::vector<FolderFacts> folder_facts(const ProviderOptions& options) {
  const auto folders = hub::cache_folders(options.cache, options.hub_cache);
  return {facts_of("models", folders.models()), facts_of("derived", folders.derived()),
          facts_of("hub cache", folders.hub)};
}

}  // namespace akidb::embedding::providers
