#include "backend/native/stored_values.hpp"

#include <cstdint>
#include <cstring>

#include "base/float16.hpp"

namespace akidb::embedding::backend::native {
namespace {

std::size_t width(ElementType type) noexcept { return type == ElementType::fp32 ? 4 : 2; }

const std::byte* start_of(const StoredTensor& tensor, std::size_t row) noexcept {
  return tensor.bytes + row * tensor.columns * width(tensor.type);
}

template <float (*kConvert)(std::uint16_t)>
void convert_row(const std::byte* source, std::size_t count, float* out) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t stored = 0;
    std::memcpy(&stored, source + 2 * i, sizeof stored);
    out[i] = kConvert(stored);
  }
}

}  // namespace

const float* row_in_place(const StoredTensor& tensor, std::size_t row) noexcept {
  const auto* const start = start_of(tensor, row);
  const bool fits = tensor.type == ElementType::fp32 && reinterpret_cast<std::uintptr_t>(start) % alignof(float) == 0;
  return fits ? reinterpret_cast<const float*>(start) : nullptr;
}

void read_row(const StoredTensor& tensor, std::size_t row, float* out) noexcept {
  const auto* const source = start_of(tensor, row);
  switch (tensor.type) {
    case ElementType::fp32: std::memcpy(out, source, tensor.columns * sizeof(float)); break;
    case ElementType::fp16: convert_row<base::half_to_float>(source, tensor.columns, out); break;
    case ElementType::bf16: convert_row<base::bfloat16_to_float>(source, tensor.columns, out); break;
  }
}

}  // namespace akidb::embedding::backend::native
