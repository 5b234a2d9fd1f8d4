#include "server/api/rate_limit.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace akidb::embedding::server {
namespace {

constexpr double kRounding = 1e-6;  // of sums of parts of a request

}  // namespace

RateLimit::RateLimit(std::size_t per_minute, Clock clock)
    : per_second_(static_cast<double>(per_minute) / 60),
      most_(std::max(1.0, static_cast<double>(per_minute) / 10)),
      clock_(std::move(clock)) {}

std::optional<std::chrono::seconds> RateLimit::take(const std::string& caller) {
  if (per_second_ == 0) return std::nullopt;
  const auto now = clock_();
  const std::lock_guard lock(mutex_);
  auto& bucket = buckets_.try_emplace(caller, Bucket{most_, now}).first->second;
  const std::chrono::duration<double> passed = now - bucket.filled;
  bucket.left = std::min(most_, bucket.left + passed.count() * per_second_);
  bucket.filled = now;
  if (bucket.left >= 1 - kRounding) {
    bucket.left -= 1;
    return std::nullopt;
  }
  return std::chrono::seconds(static_cast<std::int64_t>(std::ceil((1 - bucket.left) / per_second_ - kRounding)));
}

}  // namespace akidb::embedding::server
