// Attention by tiles of bf16: a head's keys and values are packed once, then 16 queries at a time go over them in
// blocks whose softmax is put together as it goes. Blocks, and the groups of keys within them, begin at fixed keys:
// what a query gets does not depend on the queries beside it. Keys that a query does not look at weigh exactly nothing.
//
// A float is taken as a sum of two bf16 numbers, its parts, so that products have 16 bits.
#pragma once

#include "backend/native/kernels/simd/attention.hpp"
#include "backend/native/kernels/x86/amx_tiles.hpp"
#include "backend/native/kernels/x86/vector_avx512_bf16.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

inline constexpr std::size_t kParts = 2;
inline constexpr std::size_t kKeyGroup = 32;  // keys that one tile of weights holds
inline constexpr std::size_t kTileBytes = kTileRows * kTileRowBytes;
inline constexpr std::size_t kDimsOfKeys = 32;    // of a head, in a tile of keys
inline constexpr std::size_t kDimsOfValues = 16;  // in a tile of values

// Not multiples of 1,024 bytes: the rows of a tile would share few sets of the first-level cache.
inline constexpr std::size_t kScoreStride = kKeyBlock + 16;
inline constexpr std::size_t kWeightRowStride = kKeyBlock + 32;

// Where things are in the scratch memory; of what is in parts, the first ones, and from each to the next one.
struct TileMemory {
  std::byte* keys;  // for each 16 keys their tiles, one for each 32 values of the head
  std::size_t key_part;
  std::byte* values;  // for each 32 keys their tiles, one for each 16 values
  std::size_t value_part;
  std::uint16_t* query;
  std::size_t query_stride;
  float* scores;
  std::uint16_t* weights;
  float* sums;
  std::size_t sum_stride;
  std::size_t bytes;

  TileMemory(std::byte* memory, std::size_t length, std::size_t head_size) {
    const std::size_t all = rounded_up(length, kKeyGroup);
    const std::size_t key_width = rounded_up(head_size, kDimsOfKeys);
    query_stride = key_width + 32;
    sum_stride = rounded_up(head_size, kDimsOfValues) + 16;
    bytes = 0;
    const auto take = [&](std::size_t size) {
      std::byte* const place = memory == nullptr ? nullptr : memory + bytes;
      bytes += rounded_up(size, 64);
      return place;
    };
    key_part = all * key_width * 2;
    value_part = all * rounded_up(head_size, kDimsOfValues) * 2;
    keys = take(kParts * key_part);
    values = take(kParts * value_part);
    query = reinterpret_cast<std::uint16_t*>(take(kParts * kTileRows * query_stride * 2));
    scores = reinterpret_cast<float*>(take(kTileRows * kScoreStride * sizeof(float)));
    weights = reinterpret_cast<std::uint16_t*>(take(kParts * kTileRows * kWeightRowStride * 2));
    sums = reinterpret_cast<float*>(take(kTileRows * sum_stride * sizeof(float)));
  }
};

// 32 floats to bf16: 16 of low, then 16 of high.
inline __m512i to_bf16(__m512 low, __m512 high) { return __builtin_bit_cast(__m512i, _mm512_cvtne2ps_pbh(high, low)); }

inline __m512 from_bf16(__m256i x) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(x), 16)); }

// 32 floats in parts: store(part, bf16) for each.
template <class Store>
[[gnu::always_inline]] inline void split(__m512 low, __m512 high, Store store) {
  const __m512i both = to_bf16(low, high);
  store(0, both);
  store(1, to_bf16(_mm512_sub_ps(low, from_bf16(_mm512_castsi512_si256(both))),
                   _mm512_sub_ps(high, from_bf16(_mm512_extracti64x4_epi64(both, 1)))));
}

// call(left, right) for the products of parts that count, the least first.
template <class Call>
[[gnu::always_inline]] inline void for_products_of_parts(Call call) {
  call(0, 1);
  call(1, 0);
  call(0, 0);
}

inline __m512 load_within(const float* row, std::size_t at, std::size_t end) {
  return at < end ? Avx512::load_part(row + at, smaller(16, end - at)) : _mm512_setzero_ps();
}

// Of keys or values from one on, and of the values of each from one on: how many there are.
struct HeadRows {
  const float* first;
  std::size_t stride;
  std::size_t count;
  std::size_t dims;
};

// 16 keys: pairs of their values as rows.
inline void pack_key_tile(const HeadRows& keys, std::byte* out, std::size_t part_bytes) {
  __m512 squares[kParts][16];
  for (std::size_t k = 0; k < 16; ++k) {
    const float* const row = keys.first + k * keys.stride;
    const std::size_t dims = k < keys.count ? keys.dims : 0;
    split(load_within(row, 0, dims), load_within(row, 16, dims),
          [&](std::size_t part, __m512i both) KERNEL_INLINE { squares[part][k] = _mm512_castsi512_ps(both); });
  }
  for (auto& square : squares) {
    Avx512::transpose(square);
    for (std::size_t i = 0; i < 16; ++i) _mm512_store_ps(out + i * kTileRowBytes, square[i]);
    out += part_bytes;
  }
}

// 32 keys: 16 values of each two of them, in pairs.
inline void pack_value_tile(const HeadRows& values, std::byte* out, std::size_t part_bytes) {
  alignas(64) static constexpr std::uint16_t kPairs[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                           21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                           11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512i pairs = _mm512_load_si512(kPairs);
  for (std::size_t k = 0; k < kKeyGroup; k += 2) {
    const float* const row = values.first + k * values.stride;
    const __m512 first = load_within(row, 0, k < values.count ? values.dims : 0);
    const __m512 second = load_within(row + values.stride, 0, k + 1 < values.count ? values.dims : 0);
    split(first, second, [&](std::size_t part, __m512i both) KERNEL_INLINE {
      _mm512_store_si512(out + part * part_bytes + k / 2 * kTileRowBytes, _mm512_permutexvar_epi16(pairs, both));
    });
  }
}

inline void pack_head(const Attention& attention, std::size_t head, const KeyRange& range, const TileMemory& memory) {
  const std::size_t size = attention.head_size;
  const std::size_t stride = attention.stride;
  const std::size_t key_tiles = rounded_up(size, kDimsOfKeys) / kDimsOfKeys;
  const std::size_t value_tiles = rounded_up(size, kDimsOfValues) / kDimsOfValues;
  for (std::size_t key = range.begin; key < range.end; key += 16) {
    const float* const from = static_cast<const float*>(attention.key) + key * stride + head * size;
    const std::size_t count = attention.length > key ? smaller(16, attention.length - key) : 0;
    for (std::size_t d = 0; d < key_tiles; ++d) {
      pack_key_tile({from + d * kDimsOfKeys, stride, count, size - d * kDimsOfKeys},
                    memory.keys + (key / 16 * key_tiles + d) * kTileBytes, memory.key_part);
    }
  }
  for (std::size_t key = range.begin; key < range.end; key += kKeyGroup) {
    const float* const from = static_cast<const float*>(attention.value) + key * stride + head * size;
    const std::size_t count = smaller(kKeyGroup, attention.length - key);
    for (std::size_t d = 0; d < value_tiles; ++d) {
      pack_value_tile({from + d * kDimsOfValues, stride, count, size - d * kDimsOfValues},
                      memory.values + (key / kKeyGroup * value_tiles + d) * kTileBytes, memory.value_part);
    }
  }
}

// Scaled, so that scores are binary logarithms of weights.
inline void pack_queries(const Attention& attention, std::size_t head, std::size_t first, std::size_t count,
                         const TileMemory& memory) {
  const std::size_t size = attention.head_size;
  const __m512 scale = _mm512_set1_ps(attention.scale * kLog2E);
  for (std::size_t q = 0; q < kTileRows; ++q) {
    const float* const row = static_cast<const float*>(attention.query) + (first + q) * attention.stride + head * size;
    const std::size_t some = q < count ? size : 0;
    for (std::size_t i = 0; i < size; i += 32) {
      split(_mm512_mul_ps(load_within(row, i, some), scale), _mm512_mul_ps(load_within(row, i + 16, some), scale),
            [&](std::size_t part, __m512i both) KERNEL_INLINE {
              _mm512_store_si512(memory.query + (part * kTileRows + q) * memory.query_stride + i, both);
            });
    }
  }
}

inline void score(const Attention& attention, const KeyRange& keys, const TileMemory& memory) {
  const std::size_t tiles = rounded_up(attention.head_size, kDimsOfKeys) / kDimsOfKeys;
  for (std::size_t key = keys.begin; key < keys.end; key += kKeyGroup) {
    const std::byte* const packed = memory.keys + key / 16 * tiles * kTileBytes;
    zero_tile<0>();
    zero_tile<1>();
    for (std::size_t d = 0; d < tiles; ++d) {
      for_products_of_parts([&](std::size_t left, std::size_t right) KERNEL_INLINE {
        load_tile<4>(memory.query + left * kTileRows * memory.query_stride + d * kDimsOfKeys, memory.query_stride * 2);
        load_tile<6>(packed + right * memory.key_part + d * kTileBytes, kTileRowBytes);
        load_tile<7>(packed + right * memory.key_part + (tiles + d) * kTileBytes, kTileRowBytes);
        add_bf16_tiles<0, 4, 6>();
        add_bf16_tiles<1, 4, 7>();
      });
    }
    float* const scores = memory.scores + (key - keys.begin);
    store_tile<0>(scores, kScoreStride * sizeof(float));
    store_tile<1>(scores + 16, kScoreStride * sizeof(float));
  }
}

// The weighted values, added to the sums of the blocks before where there are any.
inline void add_values(const Attention& attention, const KeyRange& keys, const TileMemory& memory, bool go_on) {
  const std::size_t tiles = rounded_up(attention.head_size, kDimsOfValues) / kDimsOfValues;
  const std::size_t stride = memory.sum_stride * sizeof(float);
  for (std::size_t d = 0; d < tiles; d += 2) {
    const bool two = d + 1 < tiles;
    float* const sums = memory.sums + d * kDimsOfValues;
    zero_tile<0>();
    zero_tile<1>();
    if (go_on) {
      load_tile<0>(sums, stride);
      if (two) load_tile<1>(sums + kDimsOfValues, stride);
    }
    for (std::size_t key = keys.begin; key < keys.end; key += kKeyGroup) {
      const std::byte* const packed = memory.values + (key / kKeyGroup * tiles + d) * kTileBytes;
      for_products_of_parts([&](std::size_t left, std::size_t right) KERNEL_INLINE {
        load_tile<4>(memory.weights + left * kTileRows * kWeightRowStride + (key - keys.begin), kWeightRowStride * 2);
        load_tile<6>(packed + right * memory.value_part, kTileRowBytes);
        add_bf16_tiles<0, 4, 6>();
        if (two) {
          load_tile<7>(packed + right * memory.value_part + kTileBytes, kTileRowBytes);
          add_bf16_tiles<1, 4, 7>();
        }
      });
    }
    store_tile<0>(sums, stride);
    if (two) store_tile<1>(sums + kDimsOfValues, stride);
  }
}

// Scores of one query to weights; what it had before shrinks to the new greatest score.
inline void weigh_row(const Attention& attention, const AttentionTile& tile, std::size_t q, const TileMemory& memory,
                      Softmax& softmax) {
  using V = Avx512Bf16;
  float* const scores = memory.scores + q * kScoreStride;
  std::uint16_t* const weights = memory.weights + q * kWeightRowStride;
  const float highest = finish_scores<V>(attention, tile, tile.first_query + q, V::set(1), scores);
  const float here = highest > kHidden ? highest : -__builtin_inff();
  const float greatest = here > softmax.greatest ? here : softmax.greatest;
  const V::Floats base = V::set(greatest == -__builtin_inff() ? 0 : greatest);
  V::Floats sums[2] = {V::zero(), V::zero()};
  for (std::size_t i = 0; i < tile.keys.end - tile.keys.begin; i += 2 * V::kLanes) {
    const V::Floats low = power_of_two<V>(V::sub(V::load(scores + i), base));
    const V::Floats high = power_of_two<V>(V::sub(V::load(scores + i + V::kLanes), base));
    sums[0] = V::add(sums[0], low);
    sums[1] = V::add(sums[1], high);
    split(low, high, [&](std::size_t part, __m512i both) KERNEL_INLINE {
      _mm512_store_si512(weights + part * kTileRows * kWeightRowStride + i, both);
    });
  }
  if (softmax.sum != 0 && greatest != softmax.greatest) {
    const V::Floats shrink = power_of_two<V>(V::sub(V::set(softmax.greatest), base));
    for (std::size_t i = 0; i < attention.head_size; i += V::kLanes) {
      float* const at = memory.sums + q * memory.sum_stride + i;
      V::store(at, V::mul(V::load(at), shrink));
    }
    softmax.sum *= V::first_lane(shrink);
  }
  softmax = {greatest, softmax.sum + V::sum(V::add(sums[0], sums[1]))};
}

inline KeyRange in_groups(const KeyRange& keys) {
  return {keys.begin / kKeyGroup * kKeyGroup, rounded_up(keys.end, kKeyGroup)};
}

inline void attend_queries(const Attention& attention, std::size_t head, std::size_t first, std::size_t count,
                           const TileMemory& memory) {
  using V = Avx512Bf16;
  Softmax softmax[kTileRows];
  for (Softmax& of : softmax) of = {-__builtin_inff(), 0};
  pack_queries(attention, head, first, count, memory);
  const KeyRange all = in_groups(keys_seen(attention, first, first + count));
  bool go_on = false;
  for (std::size_t block = all.begin / kKeyBlock * kKeyBlock; block < all.end; block += kKeyBlock) {
    const KeyRange keys = {larger(block, all.begin), smaller(block + kKeyBlock, all.end)};
    memory_is_written();
    score(attention, keys, memory);
    const AttentionTile tile = {head, first, count, keys};
    for (std::size_t q = 0; q < count; ++q) weigh_row(attention, tile, q, memory, softmax[q]);
    memory_is_written();
    add_values(attention, keys, memory, go_on);
    go_on = true;
  }
  for (std::size_t q = 0; q < count; ++q) {
    float* const out = attention.out + (first + q) * attention.out_stride + head * attention.head_size;
    const V::Floats inverse = V::set(1 / softmax[q].sum);
    for_vectors<V>(attention.head_size, [&](std::size_t i, std::size_t some) {
      store_some<V>(out + i, V::mul(V::load(memory.sums + q * memory.sum_stride + i), inverse), some);
    });
  }
}

inline void attend_in_tiles(const Attention& attention) {
  const TileMemory memory(attention.scratch, attention.length, attention.head_size);
  const KeyRange range = in_groups(keys_seen(attention, attention.first_query, attention.last_query));
  // Rows of weights beyond the last query are multiplied, too: they need not mean anything, but must be there.
  const TileScope scope(kTileRows);
  for (std::size_t head = 0; head < attention.heads; ++head) {
    pack_head(attention, head, range, memory);
    for (std::size_t q = attention.first_query; q < attention.last_query; q += kTileRows) {
      attend_queries(attention, head, q, smaller(kTileRows, attention.last_query - q), memory);
    }
  }
}

// A sequence that would fill little of its tiles is faster without them.
inline constexpr std::size_t kShortSequence = 20;

template <class V>
void attend_by_length(const Attention& attention) {
  if (attention.length <= kShortSequence) {
    attend<V>(attention);
  } else {
    attend_in_tiles(attention);
  }
}

template <class V>
std::size_t scratch_by_length(std::size_t length, std::size_t head_size) {
  // The scratch of many sequences goes by the longest.
  return larger(TileMemory(nullptr, length, head_size).bytes,
                attention_scratch<V>(smaller(length, kShortSequence), head_size));
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
