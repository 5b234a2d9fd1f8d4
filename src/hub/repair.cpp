#include "hub/repair.hpp"

#include <map>
#include <system_error>
#include <utility>

#include "hub/blob_download.hpp"

namespace akidb::embedding::hub {
namespace {

// The file as the hub has it now, which must be the one that was there.
Result<RepoFile> listed(HubSession& session, const std::string& model, const Repository& repository,
                        const Damaged& damaged) {
  const RepoFile* const known = repository.find(damaged.path);
  if (known == nullptr) {
    return Error{ErrorCode::not_found, damaged.path + ": the hub no longer has it at this commit", damaged.commit, {}};
  }
  if (!known->blob.empty()) return *known;
  return session.file(model, damaged.commit, damaged.path);
}

}  // namespace

Result<void> repair(const RepairRequest& request, const CacheFolders& folders, const Environment& environment) {
  auto settings = hub_settings(environment);
  if (!settings) return settings.error();
  if (request.offline || settings->offline) {
    return Error{
        ErrorCode::unavailable, "a repair downloads, and this is offline (--offline or HF_HUB_OFFLINE)", {}, {}};
  }
  DownloadMeter meter(request.model, request.on_progress);
  auto session = HubSession::open(*std::move(settings), [&meter] { return meter.tick(); });
  if (!session) return session.error();
  const CachedRepository cache(folders.hub, request.model);
  std::map<std::string, Repository> repositories;
  for (const auto& damaged : request.files) {
    if (!repositories.contains(damaged.commit)) {
      auto repository = session->repository(request.model, damaged.commit);
      if (!repository) return repository.error();
      repositories.emplace(damaged.commit, *std::move(repository));
    }
    const auto file = listed(*session, request.model, repositories.at(damaged.commit), damaged);
    if (!file) return file.error();
    std::error_code ignored;
    std::filesystem::remove(cache.blob(damaged.blob), ignored);
    meter.expect(1, file->size);
    const Source source{request.model, damaged.commit};
    if (auto fetched = fetch_blob(*session, cache, source, *file, meter); !fetched) return fetched;
    if (auto linked = cache.link(damaged.commit, *file, session->settings().symlinks); !linked) return linked;
  }
  return {};
}

}  // namespace akidb::embedding::hub
