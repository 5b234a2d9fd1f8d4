// Protobuf's wire format, read field by field without a schema.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace akidb::embedding::model {

// field   = tag value
// tag     = varint: number << 3 | wire type
// value   = varint (type 0) | 8 bytes (1) | length varint, bytes (2) | 4 bytes (5)
//
// Views the bytes. Never reads past them.
class WireReader {
 public:
  enum class Type : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

  struct Field {
    std::uint32_t number = 0;
    Type type = Type::varint;
    std::uint64_t integer = 0;         // of a varint
    std::span<const std::byte> bytes;  // of the three others
  };

  explicit WireReader(std::span<const std::byte> bytes) noexcept : left_(bytes) {}

  // Nothing at the end, and where the format is broken.
  std::optional<Field> next() noexcept;

  // Whether everything so far was well formed.
  [[nodiscard]] bool ok() const noexcept { return ok_; }

  // A varint in front of what is left.
  std::optional<std::uint64_t> varint() noexcept;

 private:
  std::optional<std::span<const std::byte>> take(std::uint64_t size) noexcept;
  std::optional<Field> broken() noexcept;

  std::span<const std::byte> left_;
  bool ok_ = true;
};

inline std::string_view text_of(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace akidb::embedding::model
