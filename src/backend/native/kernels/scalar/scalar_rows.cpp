// What is done row by row.
#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/native/kernels/scalar/scalar_kernels.hpp"

namespace akidb::embedding::backend::native::kernels::scalar {
namespace {

constexpr std::size_t padded(std::size_t columns, std::size_t block) { return (columns + block - 1) / block * block; }

void row_to_bf16(const float* row, std::size_t columns, std::uint16_t* out) {
  for (std::size_t i = 0; i < columns; ++i) out[i] = to_bf16(row[i]);
  std::fill(out + columns, out + padded(columns, 32), std::uint16_t{0});
}

// From the least to the greatest value of the row, zero among them, in 255 steps. A value that is not finite makes the
// scale NaN, and with it what the row is multiplied with.
RowScale row_to_uint8(const float* row, const float* factors, std::size_t columns, std::uint8_t* out) {
  const auto value = [&](std::size_t i) { return factors == nullptr ? row[i] : row[i] * factors[i]; };
  float least = 0;
  float greatest = 0;
  bool finite = true;
  for (std::size_t i = 0; i < columns; ++i) {
    least = std::min(least, value(i));
    greatest = std::max(greatest, value(i));
    finite = finite && std::isfinite(value(i));
  }
  const float range = greatest - least;
  const float scale = range > 0 ? range / 255 : 1;
  const float inverse = 1 / scale;
  const float zero = std::nearbyint(-least * inverse);
  for (std::size_t i = 0; i < columns; ++i) {
    const float step = std::nearbyint(value(i) * inverse) + zero;
    out[i] = static_cast<std::uint8_t>(step > 0 ? std::min(step, 255.F) : 0);  // NaN is 0
  }
  std::fill(out + columns, out + padded(columns, 64), std::uint8_t{0});
  return finite ? RowScale{scale, static_cast<std::int32_t>(zero)}
                : RowScale{std::numeric_limits<float>::quiet_NaN(), 0};
}

}  // namespace

void convert(const Conversion& conversion) {
  for (std::size_t r = 0; r < conversion.row_count; ++r) {
    const float* const row = conversion.rows + r * conversion.stride;
    const std::size_t at = r * conversion.out_stride;
    switch (conversion.type) {
      case Operand::fp32: std::copy_n(row, conversion.columns, static_cast<float*>(conversion.out) + at); break;
      case Operand::bf16: row_to_bf16(row, conversion.columns, static_cast<std::uint16_t*>(conversion.out) + at); break;
      case Operand::uint8:
        conversion.scales[r] =
            row_to_uint8(row, conversion.factors, conversion.columns, static_cast<std::uint8_t*>(conversion.out) + at);
        break;
      case Operand::slices: break;  // no product of this set takes them
    }
  }
}

bool norm(const Norm& norm) {
  bool finite = true;
  const auto count = static_cast<float>(norm.columns);
  for (std::size_t r = 0; r < norm.row_count; ++r) {
    const float* const row = norm.rows + r * norm.stride;
    float* const out = norm.out + r * norm.out_stride;
    float mean = 0;
    if (!norm.root_mean_square) {
      for (std::size_t i = 0; i < norm.columns; ++i) mean += row[i];
      mean /= count;
    }
    float squares = 0;
    for (std::size_t i = 0; i < norm.columns; ++i) squares += (row[i] - mean) * (row[i] - mean);
    finite = finite && std::isfinite(squares);
    const float inverse = 1 / std::sqrt(squares / count + norm.epsilon);
    for (std::size_t i = 0; i < norm.columns; ++i) {
      const float gamma = norm.gamma == nullptr ? 1 : norm.gamma[i];
      const float beta = norm.beta == nullptr ? 0 : norm.beta[i];
      out[i] = (row[i] - mean) * inverse * gamma + beta;
    }
  }
  if (norm.operand != nullptr && norm.operand_type != Operand::fp32) {
    convert({norm.out, norm.out_stride, norm.row_count, norm.columns, norm.operand_type, norm.operand,
             norm.operand_stride, norm.scales, norm.factors});
  }
  return finite;
}

void gather(const Gather& gather) {
  for (std::size_t r = 0; r < gather.row_count; ++r) {
    float* const out = gather.out + r * gather.out_stride;
    std::copy_n(gather.word_table + gather.token_ids[r] * gather.columns, gather.columns, out);
    const auto add = [&](const float* table, std::size_t index) {
      if (table == nullptr) return;
      for (std::size_t i = 0; i < gather.columns; ++i) out[i] += table[index * gather.columns + i];
    };
    add(gather.type_table, gather.types == nullptr ? 0 : gather.types[r]);
    add(gather.position_table, gather.positions == nullptr ? 0 : gather.positions[r]);
  }
}

void rotate(const Rotation& rotation) {
  const std::size_t half = rotation.head_size / 2;
  for (std::size_t r = 0; r < rotation.row_count; ++r) {
    const float* const cosine = rotation.cosine + rotation.positions[r] * half;
    const float* const sine = rotation.sine + rotation.positions[r] * half;
    for (std::size_t h = 0; h < rotation.heads; ++h) {
      float* const head = rotation.rows + r * rotation.stride + h * rotation.head_size;
      for (std::size_t i = 0; i < half; ++i) {
        const float first = head[i];
        const float second = head[half + i];
        head[i] = first * cosine[i] - second * sine[i];
        head[half + i] = second * cosine[i] + first * sine[i];
      }
    }
  }
}

}  // namespace akidb::embedding::backend::native::kernels::scalar
