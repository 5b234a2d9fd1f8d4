// Measuring a provider.
#pragma once

#include <akidb/embedding/provider.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
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

// The first `count` of an endless list of texts.
using MakeTexts = std::function<std::vector<std::string>(std::size_t count)>;

// One text, one request after the other, for about `time`: up to twice as long where there are fewer than 100
// samples by then, and one sample whatever it takes. `cancelled` by a stop signal.
Result<Latency> measure_latency(EmbeddingProvider& provider, const std::string& text, Seconds time);

// Many texts in one bulk request, round after round, for about `time`, with what it takes to find out how many
// texts a round can have. One text whatever it takes.
Result<Throughput> measure_throughput(EmbeddingProvider& provider, const MakeTexts& make, Seconds time);

// How many texts to try next, where `texts` took `taken` and a round is to take `round`: at most four times as
// many, because the first texts say little of the others; the same number where they are enough.
std::size_t next_texts(std::size_t texts, Seconds taken, Seconds round);

}  // namespace akidb::embedding::cli
