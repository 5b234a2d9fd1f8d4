#include "support/safetensors_writer.hpp"

#include <bit>
#include <cmath>
#include <stdexcept>

namespace akidb::embedding::test {
namespace {

using model::Dtype;

std::string little_endian(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>((value >> (8 * i)) & 0xFF);
  return text;
}

// A float's bits without the last `dropped` of its fraction, rounded to nearest, ties to even.
std::uint32_t rounded(float value, int dropped) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t half = (1U << (dropped - 1)) - 1 + ((bits >> dropped) & 1U);
  return (bits + half) >> dropped << dropped;
}

std::string stored(float value, Dtype dtype) {
  if (dtype == Dtype::f32) return little_endian(std::bit_cast<std::uint32_t>(value), 4);
  if (dtype == Dtype::bf16) return little_endian(rounded(value, 16) >> 16, 2);
  const std::uint32_t bits = rounded(value, 13);
  const std::uint32_t sign = bits >> 31 << 15;
  if (value == 0) return little_endian(sign, 2);
  const auto exponent = static_cast<int>((bits >> 23) & 0xFF) - 127 + 15;
  if (exponent < 1 || exponent > 30) throw std::invalid_argument("no normal half");
  return little_endian(sign | (static_cast<std::uint32_t>(exponent) << 10) | ((bits >> 13) & 0x3FF), 2);
}

}  // namespace

std::string safetensors_bytes(std::string_view header, std::size_t data_size) {
  std::string file = little_endian(header.size(), 8);
  file += header;
  for (std::size_t i = 0; i < data_size; ++i) file += static_cast<char>(i);
  return file;
}

std::string safetensors_bytes(const FloatTensors& tensors, Dtype dtype) {
  std::string header = R"({"__metadata__":{"format":"pt"})";
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    std::string shape;
    for (const std::uint64_t size : tensor.shape) shape += (shape.empty() ? "" : ",") + std::to_string(size);
    const std::size_t begin = data.size();
    for (const float value : tensor.values) data += stored(value, dtype);
    header += ",\"" + name + R"(":{"dtype":")" + std::string(to_string(dtype)) + R"(","shape":[)" + shape +
              R"(],"data_offsets":[)" + std::to_string(begin) + "," + std::to_string(data.size()) + "]}";
  }
  header += "}";
  while (header.size() % 8 != 0) header += ' ';
  return little_endian(header.size(), 8) + header + data;
}

float stored_as(float value, Dtype dtype) {
  switch (dtype) {
    case Dtype::f16: return std::bit_cast<float>(rounded(value, 13));
    case Dtype::bf16: return std::bit_cast<float>(rounded(value, 16));
    default: return value;
  }
}

}  // namespace akidb::embedding::test
