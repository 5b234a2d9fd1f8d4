// list_models(): what lies in the hub's cache and among the models that set-up brought.
#include <akidb/embedding/hub.hpp>
#include <algorithm>
#include <map>
#include <system_error>

#include "base/folder.hpp"
#include "hub/cache_folders.hpp"
#include "hub/cached_models.hpp"
#include "hub/cached_repository.hpp"
#include "hub/model_id.hpp"

namespace akidb::embedding {
namespace hub {
namespace {

namespace fs = std::filesystem;

// What cannot be read is passed over.
template <class Visit>
void for_each_below(const fs::path& folder, const Visit& visit) {
  std::error_code failure;
  fs::recursive_directory_iterator at(folder, failure);
  for (; !failure && at != fs::recursive_directory_iterator(); at.increment(failure)) {
    std::error_code ignored;
    if (!at->is_directory(ignored) || at->is_symlink(ignored)) visit(*at);
  }
}

// Branches and tags by the commit that they stand at.
std::map<std::string, std::vector<std::string>> refs_of(const CachedRepository& repository) {
  std::map<std::string, std::vector<std::string>> refs;
  const auto folder = repository.folder() / "refs";
  for_each_below(folder, [&](const fs::directory_entry& entry) {
    const auto name = entry.path().lexically_relative(folder).generic_string();
    const auto commit = repository.read_ref(name);
    if (commit && *commit) refs[**commit].push_back(name);
  });
  for (auto& [commit, names] : refs) std::ranges::sort(names);
  return refs;
}

CachedModel read_cached(const std::string& model, const CachedRepository& repository) {
  CachedModel cached{model, repository.folder(), true, {}, 0, 0};
  auto refs = refs_of(repository);
  for (const auto& folder : base::entries_of(repository.snapshots())) {
    CachedSnapshot snapshot{folder.filename().string(), {}, 0, 0};
    if (!is_commit(snapshot.commit)) continue;
    snapshot.refs = refs[snapshot.commit];
    for_each_below(folder, [&](const fs::directory_entry& file) {
      std::error_code failure;
      fs::exists(file, failure) ? ++snapshot.files : ++snapshot.missing;
    });
    cached.snapshots.push_back(std::move(snapshot));
  }
  std::ranges::sort(cached.snapshots, {}, &CachedSnapshot::commit);
  cached.bytes = bytes_below(repository.folder());
  for (const auto& blob : base::entries_of(repository.blobs())) {
    std::error_code failure;
    if (blob.extension() != ".incomplete") continue;
    const auto size = fs::file_size(blob, failure);
    if (!failure) cached.partial_bytes += size;
  }
  return cached;
}

// "org/name" for "models--org--name".
std::string model_of(const std::string& folder) {
  constexpr std::string_view kPrefix = "models--";
  if (!folder.starts_with(kPrefix)) return {};
  std::string id = folder.substr(kPrefix.size());
  if (const auto dashes = id.find("--"); dashes != std::string::npos) id.replace(dashes, 2, "/");
  return check_model_id(id) && hub_folder_name(id) == folder ? id : "";
}

void add_own(const fs::path& folder, const std::string& model, std::vector<CachedModel>& models) {
  std::error_code ignored;
  if (!check_model_id(model) || !fs::is_regular_file(folder / "config.json", ignored)) return;
  CachedModel own{model, folder, false, {CachedSnapshot{}}, bytes_below(folder), 0};
  for_each_below(folder, [&](const fs::directory_entry&) { ++own.snapshots.front().files; });
  models.push_back(std::move(own));
}

}  // namespace

std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t bytes = 0;
  for_each_below(folder, [&](const fs::directory_entry& entry) {
    std::error_code failure;
    if (entry.is_symlink(failure) || !entry.is_regular_file(failure)) return;
    const auto size = entry.file_size(failure);
    if (!failure) bytes += size;
  });
  return bytes;
}

}  // namespace hub

Result<std::vector<CachedModel>> list_models(const HubOptions& options) {
  const auto folders = hub::cache_folders(options.cache, options.hub_cache);
  std::vector<CachedModel> models;
  for (const auto& path : base::entries_of(folders.hub)) {
    const auto model = hub::model_of(path.filename().string());
    if (!model.empty()) models.push_back(hub::read_cached(model, hub::CachedRepository(folders.hub, model)));
  }
  for (const auto& organisation : base::entries_of(folders.models())) {
    const auto name = organisation.filename().string();
    hub::add_own(organisation, name, models);
    for (const auto& folder : base::entries_of(organisation)) {
      hub::add_own(folder, name + "/" + folder.filename().string(), models);
    }
  }
  std::ranges::stable_sort(models, {}, &CachedModel::model);
  return models;
}

}  // namespace akidb::embedding
