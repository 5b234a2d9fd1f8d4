// Attention by tiles of bf16 for results that are rounded anyway: 16 queries at a time, scores to weights to sums of
// values for one group of 32 keys after the other. A weight is 2^(score - base), where no score is above the base: the
// product of the query's length and the longest key's; or, where that might be so far above the scores that weights
// vanish, the query's greatest score, which takes a pass of its own. What a query gets depends on its own scores alone.
//
// Sums of weights are one more column of the values, of ones: they add up what is multiplied, rounding included. Keys
// that a query does not look at weigh exactly nothing.
#pragma once

#include "backend/native/kernels/x86/amx_rough_pack.hpp"
#include "backend/native/kernels/x86/amx_rough_weights.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

inline constexpr float kMostBound = 48 * kWeightSteps;
inline constexpr float kMostBase = 1 << 24;        // above it a float's step is more than a weight's
inline constexpr std::size_t kMostValueTiles = 4;  // whose sums there are tiles for

struct Ones {
  alignas(64) std::uint16_t values[kTileRows * 32];

  constexpr Ones() : values() {
    for (auto& one : values) one = 0x3F80;
  }
};
inline constexpr Ones kOnes;

struct RoughMemory {
  RoughHead head;
  std::uint16_t* query;
  std::size_t query_stride;
  float* scores;           // of two groups of keys in turn
  std::uint16_t* weights;  // likewise
  float* sums;             // of each query: of values, and behind them of weights, 16 times
  std::size_t sum_stride;
  std::size_t bytes;

  RoughMemory(std::byte* memory, std::size_t length, std::size_t head_size) {
    const std::size_t all = rounded_up(length, kKeyGroup);
    const std::size_t key_width = rounded_up(head_size, kDimsOfKeys);
    query_stride = key_width;
    sum_stride = (kMostValueTiles + 1) * kDimsOfValues;
    bytes = 0;
    const auto take = [&](std::size_t size) {
      std::byte* const place = memory == nullptr ? nullptr : memory + bytes;
      bytes += rounded_up(size, 64);
      return place;
    };
    head.keys = take(all * key_width * 2);
    head.values = take(all * rounded_up(head_size, kDimsOfValues) * 2);
    query = reinterpret_cast<std::uint16_t*>(take(kTileRows * query_stride * 2));
    scores = reinterpret_cast<float*>(take(2 * kGroupFloats * sizeof(float)));
    weights = reinterpret_cast<std::uint16_t*>(take(2 * kTileBytes));
    sums = reinterpret_cast<float*>(take(kTileRows * sum_stride * sizeof(float)));
  }
};

// Of 16 queries.
struct RoughTile {
  const Attention& attention;
  std::size_t head;
  std::size_t first;
  std::size_t count;
  KeyRange keys;         // whole groups
  KeyRange seen_by_all;  // and whose scores are taken as they are
  __m512 bases;
  alignas(64) float shifts[16];  // what comes off scores that are too large for a base

  [[nodiscard]] __m512 scale() const { return _mm512_set1_ps(attention.scale * kLog2E * kWeightSteps); }
};

// Tile registers. A head of up to 32 values leaves room for what stays the same from one group of keys to the next.
template <bool kSmall>
struct RoughRegisters {
  static constexpr int kScores = 0;
  static constexpr int kSums = 1;  // of values, up to two or four
  static constexpr int kWeightSums = kSmall ? 3 : 5;
  static constexpr int kLeft = kSmall ? 4 : 6;
  static constexpr int kRight = kSmall ? 5 : 7;
  static constexpr int kQuery = kSmall ? 6 : kLeft;
  static constexpr int kOnes = kSmall ? 7 : kRight;
};

// 16 keys of each query: biases are added to scores, and what is not looked at is hidden.
inline void finish_edge(const RoughTile& tile, std::size_t key, float* scores) {
  using V = Avx512Bf16;
  const Attention& attention = tile.attention;
  const std::size_t there = attention.length > key ? smaller(16, attention.length - key) : 0;
  const V::Floats bias_scale = V::set(1 / attention.scale);
  for (std::size_t q = 0; q < tile.count; ++q, scores += 16) {
    const std::size_t query = tile.first + q;
    V::Floats x = V::load(scores);
    if (attention.distance_bias != nullptr) {
      const float* const bias = attention.distance_bias +
                                static_cast<std::ptrdiff_t>(tile.head * attention.distance_bias_stride + key) -
                                static_cast<std::ptrdiff_t>(query);
      x = V::fma(V::load_part(bias, there), bias_scale, x);
    }
    const KeyRange seen = keys_seen(attention, query, query + 1);
    const std::size_t begin = smaller(16, seen.begin > key ? seen.begin - key : 0);
    const std::size_t end = smaller(16, seen.end > key ? seen.end - key : 0);
    x = V::sub(x, V::set(tile.shifts[q]));
    V::store(scores, V::keep(x, begin, larger(begin, end), V::set(kHidden)));
  }
}

inline void finish_group(const RoughTile& tile, std::size_t key, float* scores) {
  if (key >= tile.seen_by_all.begin && key + kKeyGroup <= tile.seen_by_all.end) [[likely]]
    return;
  finish_edge(tile, key, scores);
  finish_edge(tile, key + 16, scores + kGroupFloats / 2);
}

inline float* scores_of(const RoughMemory& memory, std::size_t key) {
  return memory.scores + key / kKeyGroup % 2 * kGroupFloats;
}

inline std::uint16_t* weights_of(const RoughMemory& memory, std::size_t key) {
  return memory.weights + key / kKeyGroup % 2 * (kTileBytes / 2);
}

template <bool kSmall>
[[gnu::always_inline]] inline void score_group(const RoughTile& tile, const RoughMemory& memory, std::size_t key) {
  using R = RoughRegisters<kSmall>;
  const std::size_t tiles = kSmall ? 1 : rounded_up(tile.attention.head_size, kDimsOfKeys) / kDimsOfKeys;
  const std::byte* packed = memory.head.keys + key / 16 * tiles * kTileBytes;
  float* const scores = scores_of(memory, key);
  for (std::size_t half = 0; half < 2; ++half) {
    zero_tile<R::kScores>();
    for (std::size_t d = 0; d < tiles; ++d, packed += kTileBytes) {
      load_tile<R::kRight>(packed, kTileRowBytes);
      if constexpr (!kSmall) load_tile<R::kQuery>(memory.query + d * kDimsOfKeys, memory.query_stride * 2);
      add_bf16_tiles<R::kScores, R::kQuery, R::kRight>();
    }
    store_tile<R::kScores>(scores + half * (kGroupFloats / 2), kTileRowBytes);
  }
}

template <std::size_t kTiles, bool kSmall>
[[gnu::always_inline]] inline void add_group(const RoughMemory& memory, std::size_t key, const std::byte* values) {
  using R = RoughRegisters<kSmall>;
  load_tile<R::kLeft>(weights_of(memory, key), kTileRowBytes);
  unrolled<kTiles>([&](auto t) KERNEL_INLINE {
    load_tile<R::kRight>(values + t * kTileBytes, kTileRowBytes);
    add_bf16_tiles<R::kSums + decltype(t)::kAt, R::kLeft, R::kRight>();
  });
  if constexpr (!kSmall) load_tile<R::kOnes>(kOnes.values, kTileRowBytes);
  add_bf16_tiles<R::kWeightSums, R::kLeft, R::kOnes>();
}

// Sums of weights and of weighted values, of some tiles of the head's. While the tiles add up one group of keys, the
// vector units make the weights of the next one.
template <std::size_t kTiles, bool kSmall>
void weigh_values(const RoughTile& tile, const RoughMemory& memory, std::size_t first_tile) {
  using R = RoughRegisters<kSmall>;
  const std::size_t tiles = rounded_up(tile.attention.head_size, kDimsOfValues) / kDimsOfValues;
  const auto values_of = [&](std::size_t key) {
    return memory.head.values + (key / kKeyGroup * tiles + first_tile) * kTileBytes;
  };
  alignas(64) float bases[16];
  _mm512_store_ps(bases, tile.bases);
  const auto weigh = [&](std::size_t key) KERNEL_INLINE {
    float* const scores = scores_of(memory, key);
    finish_group(tile, key, scores);
    weigh_group(scores, tile.scale(), bases, weights_of(memory, key));
    memory_is_written();
  };
  const auto add = [&](std::size_t key) KERNEL_INLINE { add_group<kTiles, kSmall>(memory, key, values_of(key)); };

  if constexpr (kSmall) load_tile<R::kQuery>(memory.query, memory.query_stride * 2);
  zero_tile<R::kWeightSums>();
  unrolled<kTiles>([&](auto t) KERNEL_INLINE { zero_tile<R::kSums + decltype(t)::kAt>(); });
  for (std::size_t key = tile.keys.begin; key < tile.keys.end; key += kKeyGroup) {
    score_group<kSmall>(tile, memory, key);
    if (key >= tile.keys.begin + kKeyGroup) weigh(key - kKeyGroup);
    if (key >= tile.keys.begin + 2 * kKeyGroup) add(key - 2 * kKeyGroup);
  }
  weigh(tile.keys.end - kKeyGroup);
  if (tile.keys.end - tile.keys.begin > kKeyGroup) add(tile.keys.end - 2 * kKeyGroup);
  add(tile.keys.end - kKeyGroup);
  const std::size_t stride = memory.sum_stride * sizeof(float);
  unrolled<kTiles>(
      [&](auto t) KERNEL_INLINE { store_tile<R::kSums + decltype(t)::kAt>(memory.sums + t * kDimsOfValues, stride); });
  store_tile<R::kWeightSums>(memory.sums + kMostValueTiles * kDimsOfValues, stride);
}

// The greatest score of each query; NaN for all of them where a key is not finite.
template <bool kSmall>
__m512 greatest_scores(const RoughTile& tile, const RoughMemory& memory) {
  __m512 greatest[16];
  for (auto& one : greatest) one = _mm512_set1_ps(kHidden);
  __m512 odd = _mm512_setzero_ps();
  memory_is_written();
  if constexpr (kSmall) load_tile<RoughRegisters<true>::kQuery>(memory.query, memory.query_stride * 2);
  for (std::size_t key = tile.keys.begin; key < tile.keys.end; key += kKeyGroup) {
    score_group<kSmall>(tile, memory, key);
    finish_group(tile, key, scores_of(memory, key));
    unrolled<2>([&](auto half) KERNEL_INLINE {
      const float* const scores = scores_of(memory, key) + half * (kGroupFloats / 2);
      odd = _mm512_fmadd_ps(_mm512_load_ps(scores), _mm512_setzero_ps(), odd);
      unrolled<16>([&](auto q)
                       KERNEL_INLINE { greatest[q] = _mm512_max_ps(_mm512_load_ps(scores + q * 16), greatest[q]); });
    });
  }
  const __m512 of_each = fold_each(greatest, [](__m512 a, __m512 b) KERNEL_INLINE { return _mm512_max_ps(a, b); });
  return _mm512_add_ps(of_each, _mm512_set1_ps(Avx512::sum(odd)));
}

// So that no score is above it, in steps: from the lengths of query and keys, or from the scores themselves.
inline void find_bases(RoughTile& tile, const RoughMemory& memory, __m512 query_squares, float key_squares) {
  const Attention& attention = tile.attention;
  const bool bounded = attention.distance_bias == nullptr && attention.window >= attention.length;
  const __m512 bound =
      _mm512_mul_ps(_mm512_sqrt_ps(_mm512_mul_ps(query_squares, _mm512_set1_ps(key_squares))), tile.scale());
  const __mmask16 fits = bounded ? _mm512_cmp_ps_mask(bound, _mm512_set1_ps(kMostBound), _CMP_LE_OQ) : 0;
  if (fits == 0xFFFF) [[likely]] {
    tile.bases = _mm512_sub_ps(_mm512_set1_ps(kTopWeight), bound);
    return;
  }
  const bool is_small = attention.head_size <= kDimsOfKeys;
  const __m512 scores = is_small ? greatest_scores<true>(tile, memory) : greatest_scores<false>(tile, memory);
  const __m512 greatest = _mm512_mul_ps(scores, tile.scale());
  const __mmask16 is_huge = _mm512_mask_cmp_ps_mask(static_cast<__mmask16>(~fits), _mm512_abs_ps(greatest),
                                                    _mm512_set1_ps(kMostBase), _CMP_GT_OQ);
  const __m512 top = _mm512_set1_ps(kTopWeight);
  tile.bases = _mm512_mask_mov_ps(_mm512_sub_ps(top, _mm512_mask_blend_ps(fits, greatest, bound)), is_huge, top);
  if (is_huge == 0) return;
  _mm512_store_ps(tile.shifts, _mm512_maskz_mov_ps(is_huge, scores));
  tile.seen_by_all = {0, 0};
}

inline void weigh_some_values(const RoughTile& tile, const RoughMemory& memory, std::size_t first_tile,
                              std::size_t tiles) {
  if (tile.attention.head_size <= kDimsOfKeys) {
    if (tiles == 1) return weigh_values<1, true>(tile, memory, first_tile);
    return weigh_values<2, true>(tile, memory, first_tile);
  }
  switch (tiles) {
    case 1: return weigh_values<1, false>(tile, memory, first_tile);
    case 2: return weigh_values<2, false>(tile, memory, first_tile);
    case 3: return weigh_values<3, false>(tile, memory, first_tile);
    default: return weigh_values<4, false>(tile, memory, first_tile);
  }
}

inline void attend_rough_tile(const RoughTile& tile, const RoughMemory& memory) {
  using V = Avx512Bf16;
  const Attention& attention = tile.attention;
  const std::size_t value_tiles = rounded_up(attention.head_size, kDimsOfValues) / kDimsOfValues;
  memory_is_written();
  for (std::size_t first = 0; first < value_tiles; first += kMostValueTiles) {
    weigh_some_values(tile, memory, first, smaller(kMostValueTiles, value_tiles - first));
    const std::size_t dim = first * kDimsOfValues;
    for (std::size_t q = 0; q < tile.count; ++q) {
      const float* const sums = memory.sums + q * memory.sum_stride;
      float* const out =
          attention.out + (tile.first + q) * attention.out_stride + tile.head * attention.head_size + dim;
      const V::Floats inverse = V::set(1 / sums[kMostValueTiles * kDimsOfValues]);
      for_vectors<V>(
          smaller(attention.head_size - dim, kMostValueTiles * kDimsOfValues),
          [&](std::size_t i, std::size_t some) { store_some<V>(out + i, V::mul(V::load(sums + i), inverse), some); });
    }
  }
}

template <class Value>
void attend_roughly(const Attention& attention) {
  const std::size_t size = attention.head_size;
  const RoughMemory memory(attention.scratch, attention.length, size);
  const KeyRange range = in_groups(keys_seen(attention, attention.first_query, attention.last_query));
  const TileScope scope(kTileRows);
  load_tile<RoughRegisters<true>::kOnes>(kOnes.values, kTileRowBytes);
  for (std::size_t head = 0; head < attention.heads; ++head) {
    const float key_squares = pack_rough_head<Value>(attention, head, range, memory.head);
    for (std::size_t first = attention.first_query; first < attention.last_query; first += kTileRows) {
      const std::size_t count = smaller(kTileRows, attention.last_query - first);
      const KeyRange seen_by_all = {keys_seen(attention, first + count - 1, first + count).begin,
                                    keys_seen(attention, first, first + 1).end};
      RoughTile tile = {attention,
                        head,
                        first,
                        count,
                        in_groups(keys_seen(attention, first, first + count)),
                        attention.distance_bias == nullptr ? seen_by_all : KeyRange{0, 0},
                        _mm512_setzero_ps(),
                        {}};
      const auto* const queries = static_cast<const Value*>(attention.query) + first * attention.stride + head * size;
      const __m512 squares =
          pack_rough_queries<Value>({queries, attention.stride, count, size}, memory.query, memory.query_stride);
      find_bases(tile, memory, squares, key_squares);
      attend_rough_tile(tile, memory);
    }
  }
}

inline void attend_roughly(const Attention& attention) {
  if (attention.states == Operand::bf16) return attend_roughly<std::uint16_t>(attention);
  attend_roughly<float>(attention);
}

inline std::size_t rough_scratch(std::size_t length, std::size_t head_size) {
  return RoughMemory(nullptr, length, head_size).bytes;
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
