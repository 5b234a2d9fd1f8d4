// What lies in a folder, and in which one.
#pragma once

#include <filesystem>
#include <vector>

namespace akidb::embedding::base {

// The paths of a folder's entries, in no order; what cannot be read is passed over, and a folder that is not there has
// none. std::bad_alloc where memory runs out: libstdc++'s std::filesystem::directory_iterator ends the process there.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

// The folder that a file is in, by its path alone: "." for a bare name.
std::filesystem::path folder_of(const std::filesystem::path& file);

}  // namespace akidb::embedding::base
