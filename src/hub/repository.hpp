// What the hub says of a repository at a revision: its commit and its files.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace akidb::embedding::hub {

struct RepoFile {
  std::string path;        // inside the repository, always safe below a folder
  std::string blob;        // its name in the cache: sha256 (large files) or git's sha1, in hexadecimal digits
  std::uint64_t size = 0;  // bytes; both are missing where the hub lists names only
};

struct Repository {
  std::string commit;
  std::vector<RepoFile> files;  // each path once, in their order

  [[nodiscard]] const RepoFile* find(std::string_view path) const noexcept;
};

// The answer to /api/models/<id>/revision/<revision>?blobs=true. Files whose names would lead out of a folder, or would
// show as something else in a terminal, are left out: nothing that is asked for has such a name. data_corrupt where it
// is no such answer.
//
//   answer = {"sha": commit, "siblings": [file, ...], ...}
//   file   = {"rfilename": path, "size"?: bytes, "blobId"?: git's sha1, "lfs"?: {"sha256": digest, "size": bytes, ...}}
Result<Repository> parse_repository(std::string_view json);

// Names joined by "/", none of them empty, "." or "..", without control characters, those of text direction included,
// and backslashes, none longer than 255 bytes, 1,024 in all.
bool is_safe_path(std::string_view path) noexcept;

// 64 (sha256) or 40 (git's sha1) lower-case hexadecimal digits: the names that blobs have.
bool is_blob_name(std::string_view name) noexcept;

}  // namespace akidb::embedding::hub
