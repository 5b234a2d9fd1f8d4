#include "model/dtype.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace akidb::embedding::model {
namespace {

struct Row {
  Dtype dtype;
  std::string_view name;
  std::uint32_t bits;
};

// In the order of the enumeration.
constexpr std::array kDtypes = {
    Row{Dtype::f64, "F64", 64},        Row{Dtype::f32, "F32", 32},        Row{Dtype::f16, "F16", 16},
    Row{Dtype::bf16, "BF16", 16},      Row{Dtype::f8_e4m3, "F8_E4M3", 8}, Row{Dtype::f8_e5m2, "F8_E5M2", 8},
    Row{Dtype::f8_e8m0, "F8_E8M0", 8}, Row{Dtype::f6_e2m3, "F6_E2M3", 6}, Row{Dtype::f6_e3m2, "F6_E3M2", 6},
    Row{Dtype::f4, "F4", 4},           Row{Dtype::i64, "I64", 64},        Row{Dtype::i32, "I32", 32},
    Row{Dtype::i16, "I16", 16},        Row{Dtype::i8, "I8", 8},           Row{Dtype::u64, "U64", 64},
    Row{Dtype::u32, "U32", 32},        Row{Dtype::u16, "U16", 16},        Row{Dtype::u8, "U8", 8},
    Row{Dtype::boolean, "BOOL", 8},    Row{Dtype::c64, "C64", 64},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kDtypes.size(); ++i) {
    if (static_cast<std::size_t>(kDtypes[i].dtype) != i) return false;
  }
  return true;
}
static_assert(in_order());

}  // namespace

std::string_view to_string(Dtype dtype) noexcept { return kDtypes[static_cast<std::size_t>(dtype)].name; }

std::uint32_t bits(Dtype dtype) noexcept { return kDtypes[static_cast<std::size_t>(dtype)].bits; }

std::optional<Dtype> dtype_named(std::string_view name) noexcept {
  const auto* const row = std::find_if(kDtypes.begin(), kDtypes.end(), [&](const Row& r) { return r.name == name; });
  if (row == kDtypes.end()) return std::nullopt;
  return row->dtype;
}

}  // namespace akidb::embedding::model
