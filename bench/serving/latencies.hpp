// Latencies: samples, and their quantiles as JSON.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace akidb::embedding::bench {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

class Latencies {
 public:
  void add(double seconds) { samples_.push_back(seconds); }

  // {"count":...,"per_second":...,"p50_ms":...,"p90_ms":...,"p99_ms":...,"max_ms":...} of what took `seconds` in all.
  std::string json(double seconds) {
    std::sort(samples_.begin(), samples_.end());
    const auto at = [&](double part) {
      if (samples_.empty()) return 0.0;
      return samples_[static_cast<std::size_t>(part * static_cast<double>(samples_.size() - 1))] * 1e3;
    };
    char text[256];
    std::snprintf(text, sizeof(text),
                  "{\"count\":%zu,\"per_second\":%.1f,\"p50_ms\":%.3f,\"p90_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}",
                  samples_.size(), static_cast<double>(samples_.size()) / seconds, at(0.5), at(0.9), at(0.99), at(1));
    return text;
  }

 private:
  std::vector<double> samples_;
};

}  // namespace akidb::embedding::bench
