#include "hub/cached_repository.hpp"

#include <fstream>
#include <random>
#include <string>
#include <system_error>

#include "base/file.hpp"
#include "hub/links.hpp"
#include "hub/model_id.hpp"

namespace akidb::embedding::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRef = 1024;

bool has_size(const fs::path& path, std::uint64_t size) {
  std::error_code failure;
  return fs::is_regular_file(path, failure) && fs::file_size(path, failure) == size && !failure;
}

Result<void> make_folders(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (!failure) return {};
  auto error = base::file_error(folder, "write", failure.value());
  if (error.code != ErrorCode::resource_exhausted) {
    error = Error{ErrorCode::invalid_argument,
                  "the hub's cache cannot be written (" + failure.message() +
                      "): set HF_HUB_CACHE to a folder of your own, or put the model there beforehand",
                  folder.string(),
                  {}};
  }
  return error;
}

}  // namespace

CachedRepository::CachedRepository(const fs::path& cache, std::string_view model)
    : folder_(cache / hub_folder_name(model)), locks_(cache / ".locks" / hub_folder_name(model)) {}

fs::path CachedRepository::partial(const std::string& digest) const { return blobs() / (digest + ".incomplete"); }

fs::path CachedRepository::lock(const std::string& digest) const { return locks_ / (digest + ".lock"); }

bool CachedRepository::has_blob(const RepoFile& file) const { return has_size(blob(file.blob), file.size); }

bool CachedRepository::has_file(const std::string& commit, const RepoFile& file) const {
  return has_size(snapshot(commit) / file.path, file.size);
}

Result<std::optional<std::string>> CachedRepository::read_ref(const std::string& revision) const {
  const auto ref = folder_ / "refs" / revision;
  auto text = base::read_file(ref, kMaxRef);
  if (!text) {
    if (text.error().code == ErrorCode::not_found) return std::optional<std::string>();
    return text.error();
  }
  while (text->ends_with('\n')) text->pop_back();
  if (is_commit(*text)) return std::optional(std::move(*text));
  return Error{ErrorCode::data_corrupt,
               "the hub's cache: refs/" + ref.filename().string() + ": expected a commit of 40 hexadecimal digits",
               ref.string(),
               {}};
}

Result<void> CachedRepository::prepare() const {
  if (auto made = make_folders(blobs()); !made) return made;
  return make_folders(locks_);
}

Result<void> CachedRepository::link(const std::string& commit, const RepoFile& file, bool symlinks) const {
  const auto place = snapshot(commit) / file.path;
  if (has_file(commit, file)) {
    // A copy is taken for what its size says; a link must lead to the blob of this digest.
    std::error_code failure;
    if (!fs::is_symlink(place, failure) || fs::equivalent(place, blob(file.blob), failure)) return {};
  }
  if (auto made = make_folders(place.parent_path()); !made) return made;
  if (auto put = put_link(blob(file.blob), place, symlinks); !put) return put;
  return base::sync_folder(place.parent_path());
}

Result<void> CachedRepository::write_ref(const std::string& revision, const std::string& commit) const {
  if (is_commit(revision)) return {};
  const auto known = read_ref(revision);
  if (known && *known == commit) return {};
  const auto ref = folder_ / "refs" / revision;
  if (auto made = make_folders(ref.parent_path()); !made) return made;
  // Whoever scans the cache takes each file under refs for a reference, a killed process's leavings too.
  const auto temporary = blobs() / ("ref-" + std::to_string(std::random_device()()) + ".incomplete");
  if (auto written = base::write_file_atomically(ref, commit, temporary); !written) return written;
  return base::sync_folder(ref.parent_path());
}

void CachedRepository::note_absent(const std::string& commit, const std::string& path) const {
  std::error_code ignored;
  const auto note = folder_ / ".no_exist" / commit / path;
  fs::create_directories(note.parent_path(), ignored);
  if (!fs::exists(note, ignored)) std::ofstream(note).flush();
}

}  // namespace akidb::embedding::hub
