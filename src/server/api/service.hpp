// EmbedService: the one door of the server. Every wire format's embedding request goes through it.
#pragma once

#include <akidb/embedding/request.hpp>
#include <akidb/embedding/response.hpp>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "server/api/admission.hpp"
#include "server/api/field_names.hpp"
#include "server/api/metrics.hpp"
#include "server/api/model_registry.hpp"
#include "server/api/rate_limit.hpp"
#include "server/api/refusal.hpp"
#include "server/api/request_log.hpp"
#include "server/api/text_cache.hpp"

namespace akidb::embedding::server {

struct EmbedCall {
  BatchEmbeddingRequest request;  // its `model` is a served name or alias
  std::size_t bytes = 0;          // of the request as it came
  std::size_t most_inputs = 0;    // that the wire format publishes; 0: no limit
  std::size_t most_tokens = 0;    // in all inputs together; 0: no limit
  Family family = Family::own;    // of the wire format
  bool is_batch = false;          // the inputs came as a list
  FieldNames names;               // that errors use
  std::chrono::steady_clock::time_point received = std::chrono::steady_clock::now();
};

struct EmbedOutcome {
  std::optional<BatchEmbeddingResponse> response;
  Refusal refusal;  // where there is no response
};

// Copyable, called exactly once, on the calling thread or on one of the library; must not block.
using EmbedDone = std::function<void(EmbedOutcome outcome)>;

struct ServiceOptions {
  Admission::Bounds bounds;
  std::size_t cache_bytes = 0;
  std::size_t requests_per_minute = 0;  // of each API key, over all doors; 0: any number
};

// Thread-safe. Must outlive its requests: see `in_flight`.
class EmbedService {
 public:
  explicit EmbedService(ServiceOptions options);

  // Checks, admits, leaves out what is known or repeated, and hands the rest to the model.
  void embed(EmbedCall call, EmbedDone done);

  // The model of that name when it is ready to serve, or why not.
  struct Found {
    std::shared_ptr<const ServedModel> model;
    Refusal refusal;  // where there is no model
  };
  [[nodiscard]] Found find_model(std::string_view name) const;

  // From now on requests are refused as draining; those that are admitted end as they would.
  void drain() noexcept { draining_ = true; }
  [[nodiscard]] bool draining() const noexcept { return draining_; }
  [[nodiscard]] bool ready() const { return !draining_ && models_.all_ready(); }
  [[nodiscard]] std::size_t in_flight() const { return admission_.held().requests; }

  // What the server runs by, as a JSON object without secrets.
  void set_settings(std::string json);
  [[nodiscard]] std::string settings() const;

  RequestLog& requests() noexcept { return requests_; }
  ModelRegistry& models() noexcept { return models_; }
  const ModelRegistry& models() const noexcept { return models_; }
  Metrics& metrics() noexcept { return metrics_; }
  TextCache& cache() noexcept { return cache_; }
  RateLimit& rate_limit() noexcept { return rate_limit_; }
  Admission& admission() noexcept { return admission_; }
  const Admission& admission() const noexcept { return admission_; }

 private:
  [[nodiscard]] EmbedDone counted_as_tei(bool is_batch, EmbedDone done);
  [[nodiscard]] std::optional<Refusal> check(const EmbedCall& call, const ServedModel& model) const;
  [[nodiscard]] Refusal overloaded(std::string message) const;
  void submit(const std::shared_ptr<const ServedModel>& model, EmbedCall call, EmbedDone done);

  Metrics metrics_;
  ModelRegistry models_;
  TextCache cache_;
  Admission admission_;
  RateLimit rate_limit_;
  RequestLog requests_;
  std::atomic<bool> draining_{false};
  mutable std::mutex settings_mutex_;
  std::string settings_ = "{}";
};

}  // namespace akidb::embedding::server
