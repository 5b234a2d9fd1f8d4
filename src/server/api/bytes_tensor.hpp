// Tensors of texts as the Open Inference Protocol sends them in bytes.
#pragma once

#include <akidb/embedding/request.hpp>
#include <string_view>
#include <vector>

namespace akidb::embedding::server {

// Appends the elements of a raw BYTES tensor, each of which stands behind its length: 32 bits, little-endian. False
// where the bytes end too early.
bool append_bytes_tensor(std::string_view raw, std::vector<Input>& out);

}  // namespace akidb::embedding::server
