#include "cli/commands/bench_measure.hpp"

#include <algorithm>
#include <cmath>

#include "cli/terminal/stop_signal.hpp"

namespace akidb::embedding::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kWarmUps = 5;
constexpr std::size_t kFewestSamples = 30;
constexpr std::size_t kFewestRounds = 3;

// The smallest value that a share of `quantile` of the samples does not exceed.
double quantile_of(std::vector<double>& samples, double quantile) {
  const auto rank = static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(samples.size())));
  const std::size_t at = std::max<std::size_t>(rank, 1) - 1;
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(at), samples.end());
  return samples[at];
}

struct Timed {
  double seconds;
  std::size_t tokens;
};

Result<Timed> embed_timed(EmbeddingProvider& provider, BatchEmbeddingRequest request) {
  if (stop_requested()) return Error{ErrorCode::cancelled, "interrupted", {}, {}};
  const auto begin = Clock::now();
  const auto response = provider.embed_batch(std::move(request));
  const Seconds elapsed = Clock::now() - begin;
  if (!response) return response.error();
  return Timed{elapsed.count(), response->usage.total_tokens};
}

}  // namespace

Result<Latency> measure_latency(EmbeddingProvider& provider, const std::string& text, Seconds time) {
  Latency latency;
  std::vector<double> samples;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
  for (std::size_t i = 0; i < kWarmUps + kFewestSamples || Clock::now() < end; ++i) {
    BatchEmbeddingRequest request;
    request.inputs.emplace_back(text);
    const auto timed = embed_timed(provider, std::move(request));
    if (!timed) return timed.error();
    latency.tokens = timed->tokens;
    if (i >= kWarmUps) samples.push_back(timed->seconds * 1e3);
  }
  latency.samples = samples.size();
  latency.p50_ms = quantile_of(samples, 0.5);
  latency.p99_ms = quantile_of(samples, 0.99);
  return latency;
}

Result<Throughput> measure_throughput(EmbeddingProvider& provider, const std::vector<std::string>& texts,
                                      Seconds time) {
  Throughput throughput;
  throughput.texts = texts.size();
  std::vector<double> samples;
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
  while (samples.size() < kFewestRounds || Clock::now() < end) {
    BatchEmbeddingRequest request;
    request.inputs.assign(texts.begin(), texts.end());
    request.priority = Priority::bulk;
    const auto timed = embed_timed(provider, std::move(request));
    if (!timed) return timed.error();
    throughput.tokens = timed->tokens;
    samples.push_back(timed->seconds);
  }
  throughput.rounds = samples.size();
  throughput.seconds = quantile_of(samples, 0.5);
  return throughput;
}

}  // namespace akidb::embedding::cli
