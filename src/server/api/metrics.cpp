#include "server/api/metrics.hpp"

#include <algorithm>

namespace akidb::embedding::server {
namespace {

constexpr std::array kDurations = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                   0.1,    0.25,    0.5,    1.0,   2.5,    5.0,   10.0, 30.0,  60.0};
constexpr std::array kCounts = {1.0,   2.0,   4.0,    8.0,    16.0,   32.0,    64.0,    128.0,
                                256.0, 512.0, 1024.0, 2048.0, 4096.0, 16384.0, 65536.0, 262144.0};

double seconds(std::chrono::nanoseconds span) { return std::chrono::duration<double>(span).count(); }

}  // namespace

std::span<const double> duration_bounds() noexcept { return kDurations; }
std::span<const double> count_bounds() noexcept { return kCounts; }

void ModelMetrics::count(const BatchEmbeddingResponse& response, std::chrono::nanoseconds span) {
  const auto& usage = response.usage;
  texts.add(response.inputs.size());
  tokens.add(usage.total_tokens);
  truncated_texts.add(usage.truncated_inputs);
  duration.observe(seconds(span));
  tokenize.observe(seconds(usage.tokenize));
  queue.observe(seconds(usage.queue));
  compute.observe(seconds(usage.compute));
  request_texts.observe(static_cast<double>(response.inputs.size()));
  request_tokens.observe(static_cast<double>(usage.total_tokens));
}

void RouteMetrics::count(int status) noexcept {
  const auto found = std::find(kStatuses.begin(), kStatuses.end() - 1, status);
  by_status[static_cast<std::size_t>(found - kStatuses.begin())].add();
}

ModelMetrics& Metrics::model(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& slot = models_[name];
  if (!slot) slot = std::make_unique<ModelMetrics>();
  return *slot;
}

RouteMetrics& Metrics::route(std::string method, std::string path, Family family) {
  auto route = std::make_unique<RouteMetrics>();
  route->method = std::move(method);
  route->path = std::move(path);
  route->family = family;
  const std::lock_guard lock(mutex_);
  return *routes_.emplace_back(std::move(route));
}

void MethodMetrics::count(int code) noexcept {
  const auto place = static_cast<std::size_t>(code < 0 ? static_cast<int>(kGrpcCodes) : code);
  by_code[std::min(place, kGrpcCodes - 1)].add();
}

MethodMetrics& Metrics::method(std::string path, Family family) {
  auto method = std::make_unique<MethodMetrics>();
  method->path = std::move(path);
  method->family = family;
  const std::lock_guard lock(mutex_);
  return *methods_.emplace_back(std::move(method));
}

void Metrics::add_gauge(GaugeSource source) {
  const std::lock_guard lock(mutex_);
  gauges_.push_back(std::move(source));
}

}  // namespace akidb::embedding::server
