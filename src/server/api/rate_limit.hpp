// RateLimit: how many requests a caller may make in a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace akidb::embedding::server {

// A bucket for each caller that fills evenly and holds a tenth of a minute's requests, at least one. Thread-safe.
class RateLimit {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  // 0: no limit.
  explicit RateLimit(std::size_t per_minute, Clock clock = std::chrono::steady_clock::now);

  // Takes one request of the caller's; where none is left, the whole seconds until there is one.
  std::optional<std::chrono::seconds> take(const std::string& caller);

 private:
  struct Bucket {
    double left = 0;
    std::chrono::steady_clock::time_point filled;
  };
  const double per_second_;
  const double most_;
  Clock clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;  // of callers that have keys: as many as there are keys
};

}  // namespace akidb::embedding::server
