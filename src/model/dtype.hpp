// Number formats of stored tensors.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace akidb::embedding::model {

enum class Dtype : std::uint8_t {
  f64,
  f32,
  f16,
  bf16,
  f8_e4m3,
  f8_e5m2,
  f8_e8m0,
  f6_e2m3,
  f6_e3m2,
  f4,
  i64,
  i32,
  i16,
  i8,
  u64,
  u32,
  u16,
  u8,
  boolean,
  c64,
};

// The name that safetensors files use: "F32", "BF16".
std::string_view to_string(Dtype dtype) noexcept;

// Bits of one element; fewer than eight for the packed formats.
std::uint32_t bits(Dtype dtype) noexcept;

std::optional<Dtype> dtype_named(std::string_view name) noexcept;

}  // namespace akidb::embedding::model
