// Queries, keys and values of one head as tiles of bf16, from rows of floats or of bf16.
#pragma once

#include "backend/native/kernels/x86/amx_attention.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

// Up to 32 values of a row as bf16; zeros behind them.
[[gnu::always_inline]] inline __m512i bf16_of(const float* row, std::size_t count) {
  if (count >= 32) [[likely]]
    return to_bf16(_mm512_loadu_ps(row), _mm512_loadu_ps(row + 16));
  return to_bf16(load_within(row, 0, count), load_within(row, 16, count));
}

[[gnu::always_inline]] inline __m512i bf16_of(const std::uint16_t* row, std::size_t count) {
  if (count >= 32) [[likely]]
    return _mm512_loadu_si512(row);
  return _mm512_maskz_loadu_epi16((1U << count) - 1U, row);
}

inline __m512 add_squares(__m512 sums, __m512i pairs) { return Avx512Bf16::add_bf16_dots(sums, pairs, pairs); }

// Of a head, from one on, and of the values of each from one on: how many there are.
template <class Value>
struct RowsOfHead {
  const Value* first;
  std::size_t stride;
  std::size_t count;
  std::size_t dims;
};

// 16 keys: pairs of their values as rows. Adds to the sum of squares of each.
template <class Value>
__m512 pack_rough_keys(const RowsOfHead<Value>& keys, std::byte* out, __m512 squares) {
  __m512 square[16];
  if (keys.count >= 16) [[likely]] {
    unrolled<16>([&](auto k) KERNEL_INLINE {
      square[k] = _mm512_castsi512_ps(bf16_of(keys.first + k * keys.stride, keys.dims));
    });
  } else {
    for (std::size_t k = 0; k < 16; ++k) {
      const __m512i row = k < keys.count ? bf16_of(keys.first + k * keys.stride, keys.dims) : _mm512_setzero_si512();
      square[k] = _mm512_castsi512_ps(row);
    }
  }
  Avx512::transpose(square);
  unrolled<16>([&](auto i) KERNEL_INLINE {
    _mm512_store_ps(out + i * kTileRowBytes, square[i]);
    squares = add_squares(squares, _mm512_castps_si512(square[i]));
  });
  return squares;
}

// In which row of a tile of values keys 2 * pair and 2 * pair + 1 stand: weights of 16 keys and of the next 16 are
// packed into one vector four by four.
constexpr std::size_t row_of_pair(std::size_t pair) { return pair % 8 / 2 * 4 + pair / 8 * 2 + pair % 2; }

// 32 keys: up to 32 values of each two of them, in pairs, in up to two tiles.
template <class Value>
void pack_rough_values(const RowsOfHead<Value>& values, std::byte* out) {
  struct Pairs {
    alignas(64) std::uint16_t index[2][32];
    constexpr Pairs() : index() {
      for (std::uint16_t half = 0; half < 2; ++half) {
        for (std::uint16_t i = 0; i < 32; ++i)
          index[half][i] = static_cast<std::uint16_t>(half * 16 + i / 2 + i % 2 * 32);
      }
    }
  };
  static constexpr Pairs kPairs;
  const __m512i low = _mm512_load_si512(kPairs.index[0]);
  const __m512i high = _mm512_load_si512(kPairs.index[1]);
  const auto row = [&](std::size_t k) KERNEL_INLINE {
    return k < values.count ? bf16_of(values.first + k * values.stride, values.dims) : _mm512_setzero_si512();
  };
  for (std::size_t pair = 0; pair < kKeyGroup / 2; ++pair) {
    const __m512i first = row(2 * pair);
    const __m512i second = row(2 * pair + 1);
    std::byte* const to = out + row_of_pair(pair) * kTileRowBytes;
    _mm512_store_si512(to, _mm512_permutex2var_epi16(first, low, second));
    if (values.dims > 16) _mm512_store_si512(to + kTileBytes, _mm512_permutex2var_epi16(first, high, second));
  }
}

// A head's keys and values.
struct RoughHead {
  std::byte* keys;    // for each 16 keys their tiles, one for each 32 values of the head
  std::byte* values;  // for each 32 keys their tiles, one for each 16 values
};

// Returns the greatest sum of squares of a key; what is not finite is greater than any other.
template <class Value>
float pack_rough_head(const Attention& attention, std::size_t head, const KeyRange& range, const RoughHead& packed) {
  const std::size_t size = attention.head_size;
  const std::size_t stride = attention.stride;
  const std::size_t key_tiles = rounded_up(size, kDimsOfKeys) / kDimsOfKeys;
  const std::size_t value_tiles = rounded_up(size, kDimsOfValues) / kDimsOfValues;
  const auto left = [&](std::size_t key, std::size_t most) {
    return attention.length > key ? smaller(most, attention.length - key) : 0;
  };
  __m512i greatest = _mm512_setzero_si512();
  for (std::size_t key = range.begin; key < range.end; key += 16) {
    const auto* const from = static_cast<const Value*>(attention.key) + key * stride + head * size;
    __m512 squares = _mm512_setzero_ps();
    for (std::size_t d = 0; d < key_tiles; ++d) {
      squares = pack_rough_keys<Value>({from + d * kDimsOfKeys, stride, left(key, 16), size - d * kDimsOfKeys},
                                       packed.keys + (key / 16 * key_tiles + d) * kTileBytes, squares);
    }
    greatest = _mm512_max_epu32(greatest, _mm512_castps_si512(squares));
  }
  for (std::size_t key = range.begin; key < range.end; key += kKeyGroup) {
    const auto* const from = static_cast<const Value*>(attention.value) + key * stride + head * size;
    for (std::size_t d = 0; d < value_tiles; d += 2) {
      pack_rough_values<Value>({from + d * kDimsOfValues, stride, left(key, kKeyGroup), size - d * kDimsOfValues},
                               packed.values + (key / kKeyGroup * value_tiles + d) * kTileBytes);
    }
  }
  return __builtin_bit_cast(float, _mm512_reduce_max_epu32(greatest));
}

// call(a, b) four times over, until one vector has for each of 16 what is left of its lanes.
template <class Call>
[[gnu::always_inline]] inline __m512 fold_each(const __m512 (&rows)[16], Call call) {
  __m512 eight[8];
  unrolled<8>([&](auto i) KERNEL_INLINE {
    eight[i] = call(_mm512_shuffle_f32x4(rows[i], rows[i + 8], 0x44), _mm512_shuffle_f32x4(rows[i], rows[i + 8], 0xEE));
  });
  __m512 four[4];
  unrolled<4>([&](auto i) KERNEL_INLINE {
    four[i] =
        call(_mm512_shuffle_f32x4(eight[i], eight[i + 4], 0x88), _mm512_shuffle_f32x4(eight[i], eight[i + 4], 0xDD));
  });
  __m512 two[2];
  unrolled<2>([&](auto i) KERNEL_INLINE {
    const __m512d a = _mm512_castps_pd(four[i]);
    const __m512d b = _mm512_castps_pd(four[i + 2]);
    two[i] = call(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)), _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
  });
  const __m512 mixed = call(_mm512_shuffle_ps(two[0], two[1], 0x88), _mm512_shuffle_ps(two[0], two[1], 0xDD));
  return _mm512_permutexvar_ps(_mm512_setr_epi32(0, 2, 1, 3, 8, 10, 9, 11, 4, 6, 5, 7, 12, 14, 13, 15), mixed);
}

// 16 queries, those beyond `count` zeros; the sum of squares of each.
template <class Value>
__m512 pack_rough_queries(const RowsOfHead<Value>& queries, std::uint16_t* out, std::size_t out_stride) {
  __m512 squares[16];
  for (std::size_t q = 0; q < kTileRows; ++q) {
    squares[q] = _mm512_setzero_ps();
    for (std::size_t i = 0; i < queries.dims; i += 32) {
      const Value* const row = queries.first + q * queries.stride + i;
      const __m512i some = q < queries.count ? bf16_of(row, queries.dims - i) : _mm512_setzero_si512();
      _mm512_store_si512(out + q * out_stride + i, some);
      squares[q] = add_squares(squares[q], some);
    }
  }
  return fold_each(squares, [](__m512 a, __m512 b) KERNEL_INLINE { return _mm512_add_ps(a, b); });
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
