// Metrics as Prometheus reads them, under names of our own and under TEI's, so that dashboards for either work.
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>

#include "server/api/metrics.hpp"
#include "server/api/process_stats.hpp"

namespace akidb::embedding::server {

class MetricsPage {
 public:
  using Labels = std::vector<prometheus::ClientMetric::Label>;

  explicit MetricsPage(const Metrics& metrics) : metrics_(metrics) {}

  std::string write() {
    add_models();
    add_routes();
    add_methods();
    add_refusals();
    add_gauges();
    add_process();
    add_tei();
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return out.str();
  }

 private:
  prometheus::MetricFamily& family(std::string name, std::string help, prometheus::MetricType type) {
    auto& added = families_.emplace_back();
    added.name = std::move(name);
    added.help = std::move(help);
    added.type = type;
    return added;
  }

  static void add_value(prometheus::MetricFamily& to, Labels labels, double value) {
    auto& metric = to.metric.emplace_back();
    metric.label = std::move(labels);
    metric.counter.value = value;
    metric.gauge.value = value;
  }

  static void add_histogram(prometheus::MetricFamily& to, Labels labels, const Histogram& histogram) {
    auto& metric = to.metric.emplace_back();
    metric.label = std::move(labels);
    std::uint64_t total = 0;
    const auto bounds = histogram.bounds();
    for (std::size_t i = 0; i <= bounds.size(); ++i) {
      total += histogram.count(i);
      prometheus::ClientMetric::Bucket bucket;
      bucket.cumulative_count = total;
      bucket.upper_bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back(bucket);
    }
    metric.histogram.sample_count = total;
    metric.histogram.sample_sum = histogram.sum();
  }

  void single_counter(std::string name, std::string help, double value) {
    add_value(family(std::move(name), std::move(help), prometheus::MetricType::Counter), {}, value);
  }

  template <class Field>
  void model_counter(std::string name, std::string help, Field field) {
    auto& added = family(std::move(name), std::move(help), prometheus::MetricType::Counter);
    for (const auto& [model, counts] : metrics_.models_) {
      add_value(added, {{"model", model}}, static_cast<double>(((*counts).*field).value()));
    }
  }

  template <class Field>
  void model_histogram(std::string name, std::string help, Field field) {
    auto& added = family(std::move(name), std::move(help), prometheus::MetricType::Histogram);
    for (const auto& [model, counts] : metrics_.models_) add_histogram(added, {{"model", model}}, (*counts).*field);
  }

  void add_models() {
    using M = ModelMetrics;
    model_counter("akidb_embed_requests_total", "Embedding requests that reached the model", &M::requests);
    model_counter("akidb_embed_errors_total", "Embedding requests that failed in the model", &M::errors);
    model_counter("akidb_embed_texts_total", "Texts that were embedded", &M::texts);
    model_counter("akidb_embed_tokens_total", "Tokens that were embedded, special tokens included", &M::tokens);
    model_counter("akidb_embed_truncated_texts_total", "Texts that were longer than the model takes",
                  &M::truncated_texts);
    model_counter("akidb_embed_duplicate_texts_total", "Texts that stood in their request before", &M::duplicate_texts);
    model_counter("akidb_embed_cache_hits_total", "Texts answered from the cache", &M::cache_hits);
    model_counter("akidb_embed_cache_misses_total", "Texts that the cache did not have", &M::cache_misses);
    model_histogram("akidb_embed_request_duration_seconds", "From a request's arrival to its vectors", &M::duration);
    model_histogram("akidb_embed_tokenize_duration_seconds", "Time in the tokenizer, of a request", &M::tokenize);
    model_histogram("akidb_embed_queue_duration_seconds", "Longest wait for a forward pass, of a request", &M::queue);
    model_histogram("akidb_embed_compute_duration_seconds", "Share of forward passes, of a request", &M::compute);
    model_histogram("akidb_embed_request_texts", "Texts in a request", &M::request_texts);
    model_histogram("akidb_embed_request_tokens", "Tokens in a request", &M::request_tokens);
  }

  void add_routes() {
    auto& added = family("akidb_embed_http_requests_total", "HTTP requests", prometheus::MetricType::Counter);
    for (const auto& route : metrics_.routes_) {
      for (std::size_t i = 0; i < kStatuses.size(); ++i) {
        const auto count = route->by_status[i].value();
        if (count == 0) continue;
        add_value(added,
                  {{"method", route->method},
                   {"route", route->path},
                   {"family", std::string(to_string(route->family))},
                   {"status", kStatuses[i] == 0 ? "other" : std::to_string(kStatuses[i])}},
                  static_cast<double>(count));
      }
    }
  }

  void add_methods() {
    static constexpr std::array<std::string_view, kGrpcCodes> kNames = {"OK",
                                                                        "CANCELLED",
                                                                        "UNKNOWN",
                                                                        "INVALID_ARGUMENT",
                                                                        "DEADLINE_EXCEEDED",
                                                                        "NOT_FOUND",
                                                                        "ALREADY_EXISTS",
                                                                        "PERMISSION_DENIED",
                                                                        "RESOURCE_EXHAUSTED",
                                                                        "FAILED_PRECONDITION",
                                                                        "ABORTED",
                                                                        "OUT_OF_RANGE",
                                                                        "UNIMPLEMENTED",
                                                                        "INTERNAL",
                                                                        "UNAVAILABLE",
                                                                        "DATA_LOSS",
                                                                        "UNAUTHENTICATED",
                                                                        "other"};
    if (metrics_.methods_.empty()) return;
    add_value(family("akidb_embed_grpc_calls", "gRPC calls under way", prometheus::MetricType::Gauge), {},
              static_cast<double>(metrics_.grpc_calls.value()));
    auto& added = family("akidb_embed_grpc_requests_total", "gRPC calls", prometheus::MetricType::Counter);
    for (const auto& method : metrics_.methods_) {
      for (std::size_t i = 0; i < kNames.size(); ++i) {
        const auto count = method->by_code[i].value();
        if (count == 0) continue;
        add_value(added,
                  {{"method", method->path},
                   {"family", std::string(to_string(method->family))},
                   {"code", std::string(kNames[i])}},
                  static_cast<double>(count));
      }
    }
  }

  void add_refusals() {
    auto& refused = family("akidb_embed_rejections_total", "Requests that were refused before they reached a model",
                           prometheus::MetricType::Counter);
    for (std::size_t i = 1; i < metrics_.refused_.size(); ++i) {
      const auto reason = to_string(static_cast<Reason>(i));
      if (reason.empty()) break;
      add_value(refused, {{"reason", std::string(reason)}}, static_cast<double>(metrics_.refused_[i].value()));
    }
    auto& failed = family("akidb_embed_failures_total", "Requests that ended as an error, by its code",
                          prometheus::MetricType::Counter);
    for (const auto& row : error_code_table()) {
      add_value(failed, {{"code", std::string(row.name)}},
                static_cast<double>(metrics_.failed_[static_cast<std::size_t>(row.code)].value()));
    }
  }

  void add_gauges() {
    add_value(family("akidb_embed_http_connections", "Open HTTP connections", prometheus::MetricType::Gauge), {},
              static_cast<double>(metrics_.connections.value()));
    single_counter("akidb_embed_http_connections_refused_total", "Connections above the bound",
                   static_cast<double>(metrics_.connections_refused.value()));
    auto& spans = family("akidb_embed_spans_total", "Spans of traces, sent to their collector or dropped",
                         prometheus::MetricType::Counter);
    add_value(spans, {{"result", "sent"}}, static_cast<double>(metrics_.spans_sent.value()));
    add_value(spans, {{"result", "dropped"}}, static_cast<double>(metrics_.spans_dropped.value()));
    for (const auto& source : metrics_.gauges_) {
      auto& added = family(source.name, source.help, prometheus::MetricType::Gauge);
      for (auto& [label, value] : source.read()) {
        add_value(added, source.label.empty() ? Labels{} : Labels{{source.label, label}}, value);
      }
    }
  }

  void add_process() {
    const ProcessStats stats = process_stats();
    single_counter("process_cpu_seconds_total", "Time on processors", stats.cpu_seconds);
    const auto gauge = [&](std::string name, std::string help, double value) {
      add_value(family(std::move(name), std::move(help), prometheus::MetricType::Gauge), {}, value);
    };
    gauge("process_resident_memory_bytes", "Memory in RAM", static_cast<double>(stats.resident_bytes));
    gauge("process_open_fds", "Open file descriptors", static_cast<double>(stats.open_descriptors));
    gauge("process_threads", "Threads", static_cast<double>(stats.threads));
    gauge("process_start_time_seconds", "When the process started, in Unix seconds", stats.start_seconds);
  }

  // TEI counts over all models.
  template <class Field>
  void tei_histogram(const std::string& name, Field field) {
    auto& added = family(name, "As in Text Embeddings Inference, in seconds", prometheus::MetricType::Histogram);
    for (const auto& [model, counts] : metrics_.models_) add_histogram(added, {{"model", model}}, (*counts).*field);
  }

  void add_tei() {
    using M = ModelMetrics;
    const auto by_method = [&](const std::string& name, const TeiMetrics::ByMethod& counts) {
      auto& added = family(name, "As in Text Embeddings Inference", prometheus::MetricType::Counter);
      add_value(added, {{"method", "single"}}, static_cast<double>(counts.single.value()));
      add_value(added, {{"method", "batch"}}, static_cast<double>(counts.batch.value()));
    };
    const TeiMetrics& tei = metrics_.tei;
    by_method("te_request_count", tei.requests);
    by_method("te_request_success", tei.successes);
    auto& failures = family("te_request_failure", "As in Text Embeddings Inference", prometheus::MetricType::Counter);
    for (const auto failure : kTeiFailures) {
      add_value(failures, {{"err", std::string(to_string(failure))}}, static_cast<double>(tei.failures(failure)));
    }
    for (const std::string prefix : {"te_request_", "te_embed_"}) {
      tei_histogram(prefix + "duration", &M::duration);
      tei_histogram(prefix + "tokenization_duration", &M::tokenize);
      tei_histogram(prefix + "queue_duration", &M::queue);
      tei_histogram(prefix + "inference_duration", &M::compute);
    }
    tei_histogram("te_request_input_length", &M::request_tokens);
    tei_histogram("te_batch_next_size", &M::request_texts);
    tei_histogram("te_batch_next_tokens", &M::request_tokens);
    model_counter("te_embed_count", "As in Text Embeddings Inference", &M::admitted_texts);
    model_counter("te_embed_success", "As in Text Embeddings Inference", &M::texts);
  }

  const Metrics& metrics_;
  std::vector<prometheus::MetricFamily> families_;
};

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  return MetricsPage(*this).write();
}

}  // namespace akidb::embedding::server
