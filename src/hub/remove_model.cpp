// remove_model(): a model out of the caches.
#include <unistd.h>

#include <akidb/embedding/hub.hpp>
#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/derivation.hpp"
#include "base/file.hpp"
#include "base/folder.hpp"
#include "hub/cache_folders.hpp"
#include "hub/cached_models.hpp"
#include "hub/cached_repository.hpp"
#include "hub/model_id.hpp"

namespace akidb::embedding {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRemoved = ".akidb-removed.";

// Away by a rename first, so that nobody finds half of it; what another call could not finish goes too.
Result<void> remove_folder(const fs::path& folder, const fs::path& root) {
  std::error_code failure;
  const auto aside = root / (std::string(kRemoved) + std::to_string(::getpid()));
  fs::remove_all(aside, failure);
  fs::rename(folder, aside, failure);
  if (failure) return base::file_error(folder, "remove", failure.value());
  for (const auto& path : base::entries_of(root)) {
    std::error_code ignored;
    if (path.filename().string().starts_with(kRemoved)) fs::remove_all(path, ignored);
  }
  return {};
}

// Below the own models, an id without an owner is a model's folder only by what is in it: it may be an owner's.
bool is_own_model(const fs::path& folder, const std::string& model) {
  std::error_code failure;
  if (model.find('/') != std::string::npos) return fs::is_directory(folder, failure);
  return fs::is_regular_file(folder / "config.json", failure);
}

std::uint64_t bytes_of(const fs::path& path) {
  std::error_code failure;
  const auto bytes = fs::file_size(path, failure);
  return failure ? hub::bytes_below(path) : bytes;
}

// Converted graphs and packed weights. Only a cache: what cannot be removed is no error.
void remove_derived(const std::vector<fs::path>& derived, RemoveReport& report) {
  for (const auto& path : derived) {
    std::error_code ignored;
    fs::remove(base::derivation_note(path), ignored);
    const auto bytes = bytes_of(path);
    if (!remove_folder(path, path.parent_path())) continue;
    report.bytes += bytes;
    report.folders.push_back(path);
  }
}

}  // namespace

Result<RemoveReport> remove_model(const std::string& model, const HubOptions& options) {
  if (auto checked = hub::check_model_id(model); !checked) return checked.error();
  const auto folders = hub::cache_folders(options.cache, options.hub_cache);
  const hub::CachedRepository repository(folders.hub, model);
  const auto own = folders.models() / model;
  std::error_code failure;
  std::vector<std::pair<fs::path, fs::path>> found;  // a folder, and that of all models
  if (fs::is_directory(repository.folder(), failure)) found.emplace_back(repository.folder(), folders.hub);
  if (is_own_model(own, model)) found.emplace_back(own, folders.models());
  RemoveReport report;
  std::vector<fs::path> derived;
  const std::array places = {folders.derived(), folders.derived() / "packed"};
  for (const auto& [folder, root] : found) {
    std::ranges::copy(base::derived_from(folder, places), std::back_inserter(derived));
    report.bytes += hub::bytes_below(folder);
    if (auto removed = remove_folder(folder, root); !removed) return removed.error();
    report.folders.push_back(folder);
  }
  if (report.folders.empty()) {
    return Error{ErrorCode::not_found,
                 "model \"" + model + "\" is not on this machine",
                 "looked in " + folders.hub.string() + " and " + folders.models().string(),
                 {}};
  }
  remove_derived(derived, report);
  std::error_code ignored;
  fs::remove_all(repository.locks(), ignored);
  return report;
}

}  // namespace akidb::embedding
