// Base64 of bytes, with padding (RFC 4648).
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace akidb::embedding::server {

void append_base64(std::span<const std::byte> bytes, std::string& out);

}  // namespace akidb::embedding::server
