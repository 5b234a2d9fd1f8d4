// What listing and removing share.
#pragma once

#include <cstdint>
#include <filesystem>

namespace akidb::embedding::hub {

// Bytes of the regular files below a folder; what cannot be read is passed over.
std::uint64_t bytes_below(const std::filesystem::path& folder);

}  // namespace akidb::embedding::hub
