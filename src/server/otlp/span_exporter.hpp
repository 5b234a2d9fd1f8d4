// SpanExporter: sends spans to a collector, beside everything else.
#pragma once

#include <akidb/embedding/result.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/api/metrics.hpp"
#include "server/api/request_log.hpp"

namespace akidb::embedding::server {

struct OtlpOptions {
  std::string endpoint;  // "http://collector:4318"; /v1/traces is added where it has no path
  std::vector<std::pair<std::string, std::string>> headers;  // of each request: keys, most likely
  double share = 1;                                          // of traces that begin here, 0 to 1
  std::string version;
  std::size_t queue = 4'096;               // spans that wait; more are dropped, and counted
  std::size_t batch = 512;                 // spans of one request
  std::chrono::milliseconds pause{1'000};  // at most, before what waits is sent
};

// take() is thread-safe and never waits for the collector. What a collector does not take is dropped, not kept.
class SpanExporter {
 public:
  // invalid_argument for an endpoint that is no URL; unsupported in a build without libcurl. `metrics` must outlive it.
  static Result<std::unique_ptr<SpanExporter>> open(OtlpOptions options, Metrics& metrics);

  // Sends what waits, for two seconds at most.
  ~SpanExporter();
  SpanExporter(const SpanExporter&) = delete;
  SpanExporter& operator=(const SpanExporter&) = delete;

  void take(const RequestRecord& record);

 private:
  struct Parts;
  explicit SpanExporter(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace akidb::embedding::server
