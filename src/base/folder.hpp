// What lies in a folder.
#pragma once

#include <filesystem>
#include <vector>

namespace akidb::embedding::base {

// The paths of a folder's entries, in no order; what cannot be read is passed over, and a folder that is not there has
// none. std::bad_alloc where memory runs out: libstdc++'s std::filesystem::directory_iterator ends the process there.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

}  // namespace akidb::embedding::base
