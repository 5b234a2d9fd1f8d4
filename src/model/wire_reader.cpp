#include "model/wire_reader.hpp"

namespace akidb::embedding::model {
namespace {

constexpr unsigned kMostVarintBytes = 10;
constexpr std::uint64_t kLastFieldNumber = (1U << 29U) - 1;

}  // namespace

std::optional<WireReader::Field> WireReader::broken() noexcept {
  ok_ = false;
  left_ = {};
  return std::nullopt;
}

std::optional<std::uint64_t> WireReader::varint() noexcept {
  std::uint64_t value = 0;
  for (unsigned at = 0; at < kMostVarintBytes && at < left_.size(); ++at) {
    const auto byte = std::to_integer<std::uint64_t>(left_[at]);
    value |= (byte & 0x7FU) << (7 * at);
    if ((byte & 0x80U) != 0) continue;
    left_ = left_.subspan(at + 1);
    return value;
  }
  return std::nullopt;
}

std::optional<std::span<const std::byte>> WireReader::take(std::uint64_t size) noexcept {
  if (size > left_.size()) return std::nullopt;
  const auto taken = left_.first(static_cast<std::size_t>(size));
  left_ = left_.subspan(static_cast<std::size_t>(size));
  return taken;
}

std::optional<WireReader::Field> WireReader::next() noexcept {
  if (left_.empty()) return std::nullopt;
  const auto tag = varint();
  if (!tag || (*tag >> 3U) == 0 || (*tag >> 3U) > kLastFieldNumber) return broken();
  Field field;
  field.number = static_cast<std::uint32_t>(*tag >> 3U);
  field.type = static_cast<Type>(*tag & 7U);
  if (field.type == Type::varint) {
    const auto value = varint();
    if (!value) return broken();
    field.integer = *value;
    return field;
  }
  std::optional<std::uint64_t> size;
  if (field.type == Type::fixed64) size = 8;
  if (field.type == Type::fixed32) size = 4;
  if (field.type == Type::bytes) size = varint();
  const auto bytes = size ? take(*size) : std::nullopt;  // types 3, 4, 6 and 7 have no place in ONNX
  if (!bytes) return broken();
  field.bytes = *bytes;
  return field;
}

}  // namespace akidb::embedding::model
