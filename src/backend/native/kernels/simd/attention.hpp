// Attention of a few queries at a time, over blocks of keys whose softmax is put together as it goes. A block's keys
// are packed as columns and its values as rows, so that scores and results are products of tiles. Blocks, and the
// vectors of keys within them, begin at fixed keys: what a query gets does not depend on the queries beside it. A
// tile may meet keys that some of its queries do not look at; those weigh exactly nothing there.
#pragma once

#include "backend/native/kernels/simd/attention_pack.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

// What a query's softmax is put together from: its weights are relative to that of the greatest score.
struct Softmax {
  float greatest;
  float sum;
};

// Of a head's queries, one after the other.
struct AttentionState {
  float* sums;  // of weighted values, in rows of packed_width
  Softmax* softmax;
};

struct AttentionTile {
  std::size_t head;
  std::size_t first_query;
  std::size_t queries;
  KeyRange keys;  // in whole panels, within one block
};

constexpr KeyRange keys_seen(const Attention& attention, std::size_t first_query, std::size_t last_query) {
  if (attention.window >= attention.length) return {0, attention.length};
  const std::size_t begin = first_query > attention.window ? first_query - attention.window : 0;
  return {begin, smaller(attention.length, last_query + attention.window)};
}

inline constexpr float kLog2E = 1.44269504F;

// A score of what is not looked at: its weight is 0 exactly.
inline constexpr float kHidden = -1e30F;

// 2^x for x <= 0, to 1e-7.
template <class V>
[[gnu::always_inline]] inline FloatsOf<V> power_of_two(FloatsOf<V> x) {
  constexpr float kTerms[] = {1.00000007F, 0.693146967F, 0.240221197F, 0.0555071327F, 0.00967554133F, 0.0013276472F};
  const FloatsOf<V> whole = V::round(x);
  return V::scale(polynomial<V>(V::sub(x, whole), kTerms), whole);
}

// Adds the biases and hides what is not looked at. Scores with a bias become binary logarithms of
// weights, by `factor`; the others stay as they are. Returns the greatest.
template <class V>
float finish_scores(const Attention& attention, const AttentionTile& tile, std::size_t query, FloatsOf<V> factor,
                    float* scores) {
  const KeyRange seen = keys_seen(attention, query, query + 1);
  const float* const bias = attention.distance_bias == nullptr
                                ? nullptr
                                : attention.distance_bias +
                                      static_cast<std::ptrdiff_t>(tile.head * attention.distance_bias_stride) -
                                      static_cast<std::ptrdiff_t>(query);
  FloatsOf<V> greatest = V::set(kHidden);
  for (std::size_t key = tile.keys.begin; key < tile.keys.end; key += V::kLanes, scores += V::kLanes) {
    FloatsOf<V> x = V::load(scores);
    if (bias != nullptr) {
      const std::size_t count = smaller(V::kLanes, attention.length > key ? attention.length - key : 0);
      x = V::fma(V::load_part(bias + key, count), V::set(kLog2E), V::mul(x, factor));
      V::store(scores, x);
    }
    if (key < seen.begin || key + V::kLanes > seen.end) {
      const std::size_t begin = smaller(V::kLanes, seen.begin > key ? seen.begin - key : 0);
      const std::size_t end = smaller(V::kLanes, seen.end > key ? seen.end - key : 0);
      x = V::keep(x, begin, larger(begin, end), V::set(kHidden));
      V::store(scores, x);
    }
    greatest = V::max(x, greatest);
  }
  return V::greatest(greatest);
}

// Scores of one query to weights; what it had before shrinks to the new greatest score.
template <class V>
void weigh(const Attention& attention, const AttentionTile& tile, std::size_t query, float* scores, Softmax& softmax,
           float* sums) {
  const float scale = attention.scale * kLog2E;
  const float highest = finish_scores<V>(attention, tile, query, V::set(scale), scores);
  const float factor = attention.distance_bias == nullptr ? scale : 1;
  const float here = highest > kHidden ? highest : -__builtin_inff();
  const float greatest = here > softmax.greatest ? here : softmax.greatest;
  const float base = greatest == -__builtin_inff() ? 0 : greatest;
  FloatsOf<V> sum = V::zero();
  for (std::size_t i = 0; i < tile.keys.end - tile.keys.begin; i += V::kLanes) {
    // Behind a product the rounding of a score of 1e10 would be a factor of 2^600.
    const FloatsOf<V> below = V::mul(V::sub(V::load(scores + i), V::set(base)), V::set(factor));
    const FloatsOf<V> weight = power_of_two<V>(below);
    V::store(scores + i, weight);
    sum = V::add(sum, weight);
  }
  if (softmax.sum != 0 && greatest != softmax.greatest) {
    const FloatsOf<V> shrink = power_of_two<V>(V::set((softmax.greatest - base) * factor));
    for (std::size_t i = 0; i < packed_width<V>(attention.head_size); i += V::kLanes) {
      V::store(sums + i, V::mul(V::load(sums + i), shrink));
    }
    softmax.sum *= V::first_lane(shrink);
  }
  softmax = {greatest, softmax.sum + V::sum(sum)};
}

template <class V>
void attend_tile(const Attention& attention, const PackedKeys& packed, const AttentionTile& tile,
                 const AttentionState& state) {
  alignas(64) float scores[V::kTileRows * kKeyBlock];
  const std::size_t keys = tile.keys.end - tile.keys.begin;
  const std::size_t at = tile.keys.begin - packed.keys.begin;
  const std::size_t width = packed_width<V>(attention.head_size);
  const float* const query = static_cast<const float*>(attention.query) + tile.first_query * attention.stride +
                             tile.head * attention.head_size;
  for (std::size_t key = 0; key < keys; key += V::kTileVectors * V::kLanes) {
    const std::size_t vectors = smaller(V::kTileVectors, (keys - key) / V::kLanes);
    multiply_tile<V>(tile.queries, vectors,
                     {query, attention.stride, packed.columns + (at + key) * attention.head_size, attention.head_size,
                      false, scores + key, kKeyBlock});
  }
  bool begun = false;
  for (std::size_t q = 0; q < tile.queries; ++q) {
    const std::size_t index = tile.first_query - attention.first_query + q;
    begun = begun || state.softmax[index].sum != 0;
    weigh<V>(attention, tile, tile.first_query + q, scores + q * kKeyBlock, state.softmax[index],
             state.sums + index * width);
  }
  float* const sums = state.sums + (tile.first_query - attention.first_query) * width;
  const std::size_t packed_keys = packed.keys.end - packed.keys.begin;
  for (std::size_t column = 0; column < width; column += V::kTileVectors * V::kLanes) {
    const std::size_t vectors = smaller(V::kTileVectors, (width - column) / V::kLanes);
    multiply_tile<V>(tile.queries, vectors,
                     {scores, kKeyBlock, packed.rows + column * packed_keys + at * vectors * V::kLanes,
                      smaller(keys, attention.length - tile.keys.begin), begun, sums + column, width});
  }
}

template <class V>
void attend_head(const Attention& attention, std::size_t head) {
  const std::size_t width = packed_width<V>(attention.head_size);
  const std::size_t queries = attention.last_query - attention.first_query;
  auto* const memory = reinterpret_cast<float*>(attention.scratch);
  float* const columns = memory;
  float* const rows = columns + kKeyBlock * attention.head_size;
  float* const sums = rows + kKeyBlock * width;
  const AttentionState state = {sums, reinterpret_cast<Softmax*>(sums + queries * width)};
  for (std::size_t q = 0; q < queries; ++q) state.softmax[q] = {-__builtin_inff(), 0};
  for (std::size_t i = 0; i < queries * width; i += V::kLanes) V::store(sums + i, V::zero());

  const KeyRange all = in_panels<V>(keys_seen(attention, attention.first_query, attention.last_query), attention);
  for (std::size_t block = all.begin / kKeyBlock * kKeyBlock; block < all.end; block += kKeyBlock) {
    const KeyRange within = {larger(block, all.begin), smaller(block + kKeyBlock, all.end)};
    const PackedKeys packed = pack_keys<V>(attention, head, within, columns, rows);
    for (std::size_t q = attention.first_query; q < attention.last_query; q += V::kTileRows) {
      const std::size_t count = smaller(V::kTileRows, attention.last_query - q);
      const KeyRange seen = in_panels<V>(keys_seen(attention, q, q + count), attention);
      const KeyRange keys = {larger(seen.begin, within.begin), smaller(seen.end, within.end)};
      if (keys.begin < keys.end) attend_tile<V>(attention, packed, {head, q, count, keys}, state);
    }
  }
  for (std::size_t q = 0; q < queries; ++q) {
    float* const out = attention.out + (attention.first_query + q) * attention.out_stride + head * attention.head_size;
    const FloatsOf<V> inverse = V::set(1 / state.softmax[q].sum);
    for_vectors<V>(attention.head_size, [&](std::size_t i, std::size_t count) {
      store_some<V>(out + i, V::mul(V::load(sums + q * width + i), inverse), count);
    });
  }
}

template <class V>
void attend(const Attention& attention) {
  for (std::size_t head = 0; head < attention.heads; ++head) attend_head<V>(attention, head);
}

template <class V>
std::size_t attention_scratch(std::size_t length, std::size_t head_size) {
  const std::size_t width = packed_width<V>(head_size);
  const std::size_t floats = kKeyBlock * (head_size + width) + length * width;
  return rounded_up(floats * sizeof(float) + length * sizeof(Softmax), 64);
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
