#include "model/tensor_values.hpp"

#include <cstring>
#include <string>

namespace akidb::embedding::model {
namespace {

template <class Convert>
void convert_16(const std::byte* source, std::span<float> values, Convert convert) {
  for (float& value : values) {
    std::uint16_t stored = 0;
    std::memcpy(&stored, source, sizeof stored);
    value = convert(stored);
    source += sizeof stored;
  }
}

}  // namespace

std::uint64_t element_count(const Tensor& tensor) noexcept {
  std::uint64_t count = 1;
  for (const std::uint64_t size : tensor.shape) count *= size;
  return count;
}

Result<void> read_float32(const Tensor& tensor, std::uint64_t first, std::span<float> values) {
  const std::size_t width = bits(tensor.dtype) / 8;
  switch (tensor.dtype) {
    case Dtype::f32:
    case Dtype::f16:
    case Dtype::bf16: break;
    default:
      return Error{ErrorCode::unsupported,
                   std::string(tensor.file) + ": tensor \"" + std::string(tensor.name) +
                       "\": expected F32, F16 or BF16, found " + std::string(to_string(tensor.dtype)),
                   {},
                   {}};
  }
  if (first > tensor.bytes.size() / width || values.size() > tensor.bytes.size() / width - first) {
    return Error{
        ErrorCode::internal, "elements outside tensor \"" + std::string(tensor.name) + "\" were asked for", {}, {}};
  }
  if (values.empty()) return {};
  const std::byte* const source = tensor.bytes.data() + first * width;
  if (tensor.dtype == Dtype::f32) {
    std::memcpy(values.data(), source, values.size_bytes());
  } else if (tensor.dtype == Dtype::f16) {
    convert_16(source, values, half_to_float);
  } else {
    convert_16(source, values, bfloat16_to_float);
  }
  return {};
}

std::span<const float> float32_view(const Tensor& tensor) noexcept {
  const auto* const data = tensor.bytes.data();
  if (tensor.dtype != Dtype::f32 || reinterpret_cast<std::uintptr_t>(data) % alignof(float) != 0) return {};
  return {reinterpret_cast<const float*>(data), tensor.bytes.size() / sizeof(float)};
}

}  // namespace akidb::embedding::model
