#include "cli/commands/bench_measure.hpp"

#include <algorithm>
#include <cmath>

#include "cli/terminal/stop_signal.hpp"

namespace akidb::embedding::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kWarmUps = 5;
constexpr std::size_t kFewestSamples = 100;  // below that, a 99th percentile is the slowest sample
constexpr std::size_t kMostTexts = 4096;
constexpr double kRoundShare = 1.0 / 6;  // of a part's time, so that there are a few rounds

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
  const auto begin = Clock::now();
  const auto spent = [&] { return Seconds(Clock::now() - begin); };
  std::size_t warm_ups = 0;
  while (samples.empty() || spent() < (samples.size() < kFewestSamples ? 2 * time : time)) {
    BatchEmbeddingRequest request;
    request.inputs.emplace_back(text);
    const auto timed = embed_timed(provider, std::move(request));
    if (!timed) return timed.error();
    latency.tokens = timed->tokens;
    const bool cold = warm_ups < kWarmUps && spent() < time / 4;
    if (cold) {
      ++warm_ups;
    } else {
      samples.push_back(timed->seconds * 1e3);
    }
  }
  latency.samples = samples.size();
  latency.p50_ms = quantile_of(samples, 0.5);
  latency.p99_ms = quantile_of(samples, 0.99);
  return latency;
}

std::size_t next_texts(std::size_t texts, Seconds taken, Seconds round) {
  if (taken >= round / 2 || texts >= kMostTexts) return texts;
  const double fitting = static_cast<double>(texts) * (round / std::max(taken, Seconds(1e-9)));
  return static_cast<std::size_t>(std::clamp(fitting, 1.0, static_cast<double>(std::min(4 * texts, kMostTexts))));
}

Result<Throughput> measure_throughput(EmbeddingProvider& provider, const MakeTexts& make, Seconds time) {
  const auto begin = Clock::now();
  const auto embed_all = [&](const std::vector<std::string>& texts) {
    BatchEmbeddingRequest request;
    request.inputs.assign(texts.begin(), texts.end());
    request.priority = Priority::bulk;
    return embed_timed(provider, std::move(request));
  };

  auto texts = make(1);
  auto timed = embed_all(texts);
  if (timed && Seconds(timed->seconds) < time / 4) timed = embed_all(texts);  // the first of a length is cold
  while (timed) {
    const std::size_t next = next_texts(texts.size(), Seconds(timed->seconds), time * kRoundShare);
    if (next == texts.size()) break;
    texts = make(next);
    timed = embed_all(texts);
  }
  if (!timed) return timed.error();

  // The last trial counts only where there is no time for a round after it.
  Throughput throughput{texts.size(), timed->tokens, 0, 0};
  std::vector<double> samples;
  for (double last = timed->seconds; Seconds(Clock::now() - begin) + Seconds(last) < time; last = samples.back()) {
    const auto round = embed_all(texts);
    if (!round) return round.error();
    samples.push_back(round->seconds);
  }
  if (samples.empty()) samples.push_back(timed->seconds);
  throughput.rounds = samples.size();
  throughput.seconds = quantile_of(samples, 0.5);
  return throughput;
}

}  // namespace akidb::embedding::cli
