#include "server/http/json/small_values.hpp"

#include <algorithm>
#include <cmath>

namespace akidb::embedding::server {
namespace {

void append_bits(std::span<const float> values, int shift, std::string& out) {
  for (std::size_t begin = 0; begin < values.size(); begin += 8) {
    unsigned byte = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const bool positive = begin + i < values.size() && values[begin + i] > 0;
      byte = byte << 1U | (positive ? 1U : 0U);
    }
    if (begin > 0) out += ',';
    out += std::to_string(static_cast<int>(byte) + shift);
  }
}

void append_bytes(std::span<const float> values, int shift, std::string& out) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    const float scaled = std::clamp(std::nearbyint(values[i] * 127.0F), -128.0F, 127.0F);
    out += std::to_string(static_cast<int>(scaled) + shift);
  }
}

}  // namespace

void append_small(std::span<const float> values, SmallForm form, std::string& out) {
  out += '[';
  switch (form) {
    case SmallForm::int8: append_bytes(values, 0, out); break;
    case SmallForm::uint8: append_bytes(values, 128, out); break;
    case SmallForm::ubinary: append_bits(values, 0, out); break;
    case SmallForm::binary: append_bits(values, -128, out); break;
  }
  out += ']';
}

}  // namespace akidb::embedding::server
