// Measuring a provider.
#pragma once

#include <akidb/embedding/provider.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace akidb::embedding::cli {

using Seconds = std::chrono::duration<double>;

struct Latency {
  std::size_t tokens = 0;  // of the text
  std::size_t samples = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

struct Throughput {
  std::size_t texts = 0;   // of a round
  std::size_t tokens = 0;  // of a round
  std::size_t rounds = 0;
  double seconds = 0;  // of a round, the median
  [[nodiscard]] double texts_per_second() const { return static_cast<double>(texts) / seconds; }
  [[nodiscard]] double tokens_per_second() const { return static_cast<double>(tokens) / seconds; }
};

// One text, one request after the other, for about `time` after a warm-up. `cancelled` by a stop signal.
Result<Latency> measure_latency(EmbeddingProvider& provider, const std::string& text, Seconds time);

// All texts in one bulk request, round after round: three at least, then for about `time`.
Result<Throughput> measure_throughput(EmbeddingProvider& provider, const std::vector<std::string>& texts, Seconds time);

}  // namespace akidb::embedding::cli
