// What is there under a file's name and no file.
#pragma once

#include <akidb/embedding/error.hpp>
#include <filesystem>

namespace akidb::embedding::base {

// data_corrupt: "X: expected a regular file, found a FIFO".
Error irregular_file(const std::filesystem::path& path);

}  // namespace akidb::embedding::base
