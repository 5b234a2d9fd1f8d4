// One model's place in the hub's cache, laid out as huggingface_hub has it.
//
//   <cache>/models--<organisation>--<name>/
//     refs/<revision>                     the commit that a branch or tag stood at
//     blobs/<digest>                      contents, by sha256 or git's sha1
//     blobs/<digest>.incomplete           what has come of one so far
//     snapshots/<commit>/<path>           a link to ../../blobs/<digest>, or a copy where there are no links
//     .no_exist/<commit>/<path>           empty: this commit has no such file
//   <cache>/.locks/models--<organisation>--<name>/<digest>.lock
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "hub/repository.hpp"

namespace akidb::embedding::hub {

class CachedRepository {
 public:
  // `model` has passed check_model_id(). Nothing is made.
  CachedRepository(const std::filesystem::path& cache, std::string_view model);

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] const std::filesystem::path& locks() const noexcept { return locks_; }
  [[nodiscard]] std::filesystem::path blobs() const { return folder_ / "blobs"; }
  [[nodiscard]] std::filesystem::path blob(const std::string& digest) const { return blobs() / digest; }
  [[nodiscard]] std::filesystem::path partial(const std::string& digest) const;
  [[nodiscard]] std::filesystem::path lock(const std::string& digest) const;
  [[nodiscard]] std::filesystem::path snapshots() const { return folder_ / "snapshots"; }
  [[nodiscard]] std::filesystem::path snapshot(const std::string& commit) const { return snapshots() / commit; }

  // The file, whole as far as its size tells: in the snapshot or among the blobs.
  [[nodiscard]] bool has_blob(const RepoFile& file) const;
  [[nodiscard]] bool has_file(const std::string& commit, const RepoFile& file) const;

  // The commit that refs/<revision> holds; nothing where there is no such ref, data_corrupt where it holds none.
  [[nodiscard]] Result<std::optional<std::string>> read_ref(const std::string& revision) const;

  // The folders for blobs and locks. An error says what to do about a cache that cannot be written.
  [[nodiscard]] Result<void> prepare() const;

  // Puts a blob that is here into the snapshot: by a link, else by a hard link, else by a copy. What was there and is
  // not that file is replaced.
  [[nodiscard]] Result<void> link(const std::string& commit, const RepoFile& file, bool symlinks) const;

  [[nodiscard]] Result<void> write_ref(const std::string& revision, const std::string& commit) const;

  // Notes that the commit has no such file, for who asks the cache alone. Best effort.
  void note_absent(const std::string& commit, const std::string& path) const;

 private:
  std::filesystem::path folder_;
  std::filesystem::path locks_;
};

}  // namespace akidb::embedding::hub
