// What tests/data/encoders holds beside each model: token ids, and the rows that transformers made of them.
#pragma once

#include <akidb/embedding/request.hpp>
#include <filesystem>
#include <vector>

namespace akidb::embedding {

// A sequence a line, ids with spaces between them.
std::vector<TokenIds> read_ids(const std::filesystem::path& file);

// Little-endian float32.
std::vector<float> read_rows(const std::filesystem::path& file);

}  // namespace akidb::embedding
