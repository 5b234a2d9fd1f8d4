#include "server/api/bytes_tensor.hpp"

#include <cstdint>

namespace akidb::embedding::server {

bool append_bytes_tensor(std::string_view raw, std::vector<Input>& out) {
  while (!raw.empty()) {
    std::uint32_t length = 0;
    if (raw.size() < sizeof length) return false;
    for (std::size_t i = 0; i < sizeof length; ++i) {
      length |= static_cast<std::uint32_t>(static_cast<unsigned char>(raw[i])) << (8U * i);
    }
    raw.remove_prefix(sizeof length);
    if (raw.size() < length) return false;
    out.emplace_back(raw.substr(0, length));
    raw.remove_prefix(length);
  }
  return true;
}

}  // namespace akidb::embedding::server
