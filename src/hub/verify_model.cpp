// verify_model(): every content of a model hashed anew, and brought again where it is damaged.
#include <fcntl.h>
#include <unistd.h>

#include <akidb/embedding/hub.hpp>
#include <cerrno>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "base/folder.hpp"
#include "hub/blob_digest.hpp"
#include "hub/cache_folders.hpp"
#include "hub/cached_repository.hpp"
#include "hub/download_meter.hpp"
#include "hub/model_id.hpp"
#include "hub/repair.hpp"

namespace akidb::embedding {
namespace hub {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSha256Length = "0000000000000000000000000000000000000000000000000000000000000000";
constexpr const char* kSha1Length = "0000000000000000000000000000000000000000";

// The digest of a file, of the kind that `like` is.
Result<std::string> digest_of_file(const fs::path& path, const std::string& like) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return base::file_error(path, "open", errno);
  std::error_code failure;
  const RepoFile file{{}, like, fs::file_size(path, failure)};
  auto digest = start_digest(file);
  const Result<void> fed = failure ? Result<void>(base::file_error(path, "stat", failure.value()))
                                   : feed_digest(digest, descriptor, file.size);
  ::close(descriptor);
  if (!fed) return fed.error();
  return digest.finish();
}

struct Name {
  std::string commit;
  std::string path;
};

class Verification {
 public:
  Verification(std::string model, const CacheFolders& folders, const HubOptions& options)
      : model_(std::move(model)),
        folders_(folders),
        options_(options),
        repository_(folders.hub, model_),
        meter_(model_, options.on_progress) {}

  Result<VerifyReport> run(bool repairs) {
    std::error_code failure;
    if (!fs::is_directory(repository_.folder(), failure)) {
      return Error{ErrorCode::not_found,
                   "model \"" + model_ + "\" is not in the hub's cache: verify compares what came from the hub",
                   repository_.folder().string(),
                   {}};
    }
    if (auto read = read_names(); !read) return read.error();
    if (auto checked = check_blobs(); !checked) return checked.error();
    check_names();
    if (!repairs || damaged_.empty()) return std::move(report_);
    if (auto repaired = repair({model_, damaged_, options_.offline, options_.on_progress}, folders_); !repaired) {
      return repaired.error();
    }
    for (auto& problem : report_.problems) problem.repaired = !problem.file.starts_with("blobs/");
    return std::move(report_);
  }

 private:
  // The names of each blob, and the copies that have none.
  Result<void> read_names() {
    std::error_code failure;
    fs::recursive_directory_iterator at(repository_.snapshots(), failure);
    for (; !failure && at != fs::recursive_directory_iterator(); at.increment(failure)) {
      std::error_code ignored;
      const auto place = at->path().lexically_relative(repository_.snapshots());
      const Name name{place.begin()->string(), place.lexically_relative(*place.begin()).generic_string()};
      if (at->is_symlink(ignored)) {
        names_[fs::read_symlink(at->path(), ignored).filename().string()].push_back(name);
      } else if (at->is_regular_file(ignored)) {
        copies_.emplace_back(at->path(), name);
      }
    }
    return {};
  }

  Result<void> check_blobs() {
    for (const auto& path : base::entries_of(repository_.blobs())) {
      const auto blob = path.filename().string();
      if (blob.ends_with(".incomplete")) continue;
      if (!is_blob_name(blob)) {
        ++report_.unknown;
        continue;
      }
      std::error_code ignored;
      if (!fs::is_regular_file(path, ignored)) {
        add_problem(blob, "expected a file");
        continue;
      }
      report_.bytes += fs::file_size(path, ignored);
      ++report_.checked;
      if (!meter_.tick()) return Error{ErrorCode::cancelled, "interrupted", {}, {}};
      const auto digest = digest_of_file(path, blob);
      if (!digest) {
        add_problem(blob, digest.error().message);
      } else if (*digest != blob) {
        add_problem(blob, "expected the digest " + blob + ", found " + *digest);
      }
    }
    return {};
  }

  void check_names() {
    for (const auto& [blob, names] : names_) {
      std::error_code failure;
      if (!fs::exists(repository_.blob(blob), failure) && !fs::is_symlink(repository_.blob(blob), failure)) {
        add_problem(blob, "its content is missing");
      }
    }
    // A copy is right where its content is that of a blob of its digest.
    for (const auto& [path, name] : copies_) {
      bool known = false;
      for (const char* like : {kSha256Length, kSha1Length}) {
        const auto digest = digest_of_file(path, like);
        std::error_code failure;
        known = known || (digest && fs::exists(repository_.blob(*digest), failure));
      }
      if (!known) ++report_.unknown;
    }
  }

  void add_problem(const std::string& blob, const std::string& problem) {
    const auto names = names_.find(blob);
    if (names == names_.end()) {
      report_.problems.push_back({"blobs/" + blob, {}, problem, false});
      return;
    }
    for (const auto& name : names->second) report_.problems.push_back({name.path, name.commit, problem, false});
    damaged_.push_back({names->second.front().commit, names->second.front().path, blob});
  }

  std::string model_;
  const CacheFolders& folders_;
  const HubOptions& options_;
  CachedRepository repository_;
  DownloadMeter meter_;
  std::map<std::string, std::vector<Name>> names_;
  std::vector<std::pair<fs::path, Name>> copies_;
  std::vector<Damaged> damaged_;
  VerifyReport report_;
};

}  // namespace
}  // namespace hub

Result<VerifyReport> verify_model(const std::string& model, bool repair, const HubOptions& options) {
  if (auto checked = hub::check_model_id(model); !checked) return checked.error();
  const auto folders = hub::cache_folders(options.cache, options.hub_cache);
  return hub::Verification(model, folders, options).run(repair);
}

}  // namespace akidb::embedding
