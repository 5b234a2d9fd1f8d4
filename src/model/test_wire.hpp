// Protobuf's wire format by hand, for ONNX files that no library would write.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace akidb::embedding::test {

inline std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(0x80 | (value & 0x7F));
  return out + static_cast<char>(value);
}

inline std::string field(std::uint32_t number, std::string_view bytes) {
  return varint(std::uint64_t{number} << 3U | 2U) + varint(bytes.size()) + std::string(bytes);
}

inline std::string number_field(std::uint32_t number, std::uint64_t value) {
  return varint(std::uint64_t{number} << 3U) + varint(value);
}

}  // namespace akidb::embedding::test
