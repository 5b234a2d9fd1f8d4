// A second name for a file of the cache.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>

namespace akidb::embedding::hub {

// Makes `place` stand for `file`, over what is there, in one step: by a relative symbolic link, or where links cannot
// be made or are not wanted, by a hard link, or by a copy. Both lie below the same cache.
Result<void> put_link(const std::filesystem::path& file, const std::filesystem::path& place, bool symlinks);

}  // namespace akidb::embedding::hub
