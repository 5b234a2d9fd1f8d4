// The digest that names a blob: sha256, or git's sha1 of small files.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <string>

#include "base/digest.hpp"
#include "hub/repository.hpp"

namespace akidb::embedding::hub {

// Of the kind that `file.blob` is, before its first byte: git hashes a header with the size first.
base::Digest start_digest(const RepoFile& file);

// Feeds the first `size` bytes of an open file. Errors of reading it; data_corrupt where it has fewer.
Result<void> feed_digest(base::Digest& digest, int descriptor, std::uint64_t size);

}  // namespace akidb::embedding::hub
