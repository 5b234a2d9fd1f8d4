// What is counted, by model, by route and for the whole server.
#pragma once

#include <akidb/embedding/response.hpp>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/family.hpp"
#include "server/api/metric.hpp"
#include "server/api/refusal.hpp"
#include "server/api/tei_metrics.hpp"

namespace akidb::embedding::server {

std::span<const double> duration_bounds() noexcept;  // seconds
std::span<const double> count_bounds() noexcept;     // 1, 2, 4, ... 4096

struct ModelMetrics {
  Counter requests;
  Counter errors;
  Counter admitted_texts;
  Counter texts;
  Counter tokens;
  Counter truncated_texts;
  Counter duplicate_texts;
  Counter cache_hits;
  Counter cache_misses;
  Histogram duration{duration_bounds()};
  Histogram tokenize{duration_bounds()};
  Histogram queue{duration_bounds()};
  Histogram compute{duration_bounds()};
  Histogram request_texts{count_bounds()};
  Histogram request_tokens{count_bounds()};

  // A request that was answered. `span` counts from its arrival.
  void count(const BatchEmbeddingResponse& response, std::chrono::nanoseconds span);
};

// Statuses that are counted each; others share the last place.
inline constexpr std::array kStatuses = {200, 400, 401, 404, 405, 408, 413, 414, 415, 417, 421,
                                         422, 424, 429, 431, 499, 500, 501, 503, 504, 0};

struct RouteMetrics {
  std::string method;
  std::string path;  // the route's pattern, never what a client typed
  Family family;
  std::array<Counter, kStatuses.size()> by_status;

  void count(int status) noexcept;
};

// Calls of a gRPC method by the number of their status; what is none of gRPC's numbers shares the last place.
inline constexpr std::size_t kGrpcCodes = 18;

struct MethodMetrics {
  std::string path;  // the method's, never what a client typed
  Family family;
  std::array<Counter, kGrpcCodes> by_code;

  void count(int code) noexcept;
};

// A family of gauges that is read when metrics are: name, help, and its values with a label each.
struct GaugeSource {
  std::string name;
  std::string help;
  std::string label;  // empty: one value without a label
  std::function<std::vector<std::pair<std::string, double>>()> read;
};

// Thread-safe. What it hands out lives as long as it does.
class Metrics {
 public:
  ModelMetrics& model(const std::string& name);
  RouteMetrics& route(std::string method, std::string path, Family family);
  MethodMetrics& method(std::string path, Family family);
  Counter& refused(Reason reason) noexcept { return refused_[static_cast<std::size_t>(reason)]; }
  Counter& failed(ErrorCode code) noexcept { return failed_[static_cast<std::size_t>(code)]; }
  void add_gauge(GaugeSource source);

  Gauge connections;
  Gauge grpc_calls;
  TeiMetrics tei;
  Counter connections_refused;
  Counter spans_sent;  // to a collector of traces
  Counter spans_dropped;

  // The text format of Prometheus.
  [[nodiscard]] std::string text() const;

 private:
  friend class MetricsPage;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<ModelMetrics>> models_;
  std::vector<std::unique_ptr<RouteMetrics>> routes_;
  std::vector<std::unique_ptr<MethodMetrics>> methods_;
  std::vector<GaugeSource> gauges_;
  std::array<Counter, 32> refused_;
  std::array<Counter, 16> failed_;
};

}  // namespace akidb::embedding::server
