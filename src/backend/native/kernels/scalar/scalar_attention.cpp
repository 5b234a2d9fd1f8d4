// Attention of one query at a time: its scores, their softmax, the weighted sum of values.
#include <algorithm>

#include "backend/native/kernels/scalar/scalar_kernels.hpp"

namespace akidb::embedding::backend::native::kernels::scalar {
namespace {

struct Keys {
  std::size_t first;
  std::size_t last;  // one past
};

Keys keys_of(const Attention& attention, std::size_t query) {
  if (attention.window == kNoWindow) return {0, attention.length};
  const std::size_t first = query > attention.window ? query - attention.window : 0;
  return {first, std::min(attention.length, query + attention.window + 1)};
}

float score(const Attention& attention, std::size_t head, std::size_t query, std::size_t key) {
  const float* const a =
      static_cast<const float*>(attention.query) + query * attention.stride + head * attention.head_size;
  const float* const b = static_cast<const float*>(attention.key) + key * attention.stride + head * attention.head_size;
  float dot = 0;
  for (std::size_t i = 0; i < attention.head_size; ++i) dot += a[i] * b[i];
  dot *= attention.scale;
  if (attention.distance_bias != nullptr) {
    const auto distance = static_cast<std::ptrdiff_t>(key) - static_cast<std::ptrdiff_t>(query);
    dot += attention.distance_bias[static_cast<std::ptrdiff_t>(head * attention.distance_bias_stride) + distance];
  }
  return dot;
}

void attend_one(const Attention& attention, std::size_t head, std::size_t query) {
  auto* const scores = reinterpret_cast<float*>(attention.scratch);
  const Keys keys = keys_of(attention, query);
  float greatest = -HUGE_VALF;
  for (std::size_t key = keys.first; key < keys.last; ++key) {
    scores[key] = score(attention, head, query, key);
    greatest = std::max(greatest, scores[key]);
  }
  float sum = 0;
  for (std::size_t key = keys.first; key < keys.last; ++key) {
    scores[key] = std::exp(scores[key] - greatest);
    sum += scores[key];
  }
  float* const out = attention.out + query * attention.out_stride + head * attention.head_size;
  std::fill(out, out + attention.head_size, 0.F);
  for (std::size_t key = keys.first; key < keys.last; ++key) {
    const float* const value =
        static_cast<const float*>(attention.value) + key * attention.stride + head * attention.head_size;
    for (std::size_t i = 0; i < attention.head_size; ++i) out[i] += scores[key] * value[i];
  }
  for (std::size_t i = 0; i < attention.head_size; ++i) out[i] /= sum;
}

}  // namespace

std::size_t attention_scratch(std::size_t length, std::size_t /*head_size*/) {
  return (length * sizeof(float) + 63) / 64 * 64;
}

void attend(const Attention& attention) {
  for (std::size_t head = 0; head < attention.heads; ++head) {
    for (std::size_t query = attention.first_query; query < attention.last_query; ++query) {
      attend_one(attention, head, query);
    }
  }
}

}  // namespace akidb::embedding::backend::native::kernels::scalar
