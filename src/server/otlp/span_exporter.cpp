#include "server/otlp/span_exporter.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>

#include "base/log.hpp"
#include "net/http_client.hpp"
#include "server/otlp/span_json.hpp"

namespace akidb::embedding::server {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTimeout{5'000};      // of one request
constexpr std::chrono::milliseconds kLastTimeout{2'000};  // for all that is left at the end
constexpr std::chrono::seconds kSilence{60};              // between two warnings

// A collector's answer is of no interest beyond its status.
class NoBody final : public net::BodySink {
 public:
  Result<void> begin(const net::HttpResponse& /*response*/) override { return {}; }
  Result<void> write(std::span<const std::byte> /*bytes*/) override { return {}; }
};

Result<net::Url> traces_url(const std::string& endpoint) {
  auto url = net::parse_url(endpoint);
  if (!url) return url;
  const auto path = url->text.find('/', url->text.find("://") + 3);
  const bool has_path = path != std::string::npos && path + 1 < url->text.size();
  if (has_path) return url;
  return net::parse_url(url->text.substr(0, path) + "/v1/traces");
}

}  // namespace

struct SpanExporter::Parts {
  Parts(OtlpOptions options_in, net::Url url_in, Metrics& metrics_in)
      : options(std::move(options_in)),
        url(std::move(url_in)),
        metrics(metrics_in),
        client({.user_agent = "akidb-embed", .keep_going = [this] { return !end || Clock::now() < last; }}) {}

  void run();
  void send(const std::vector<RequestRecord>& records);
  void warn(const std::string& problem);

  const OtlpOptions options;
  const net::Url url;
  Metrics& metrics;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<RequestRecord> waiting;
  std::atomic<bool> end{false};
  Clock::time_point last;  // when the rest is given up; set before `end`
  std::optional<Clock::time_point> warned;
  net::HttpClient client;
  std::thread thread;
};

void SpanExporter::Parts::run() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait_for(lock, options.pause, [&] { return end || waiting.size() >= options.batch; });
    while (!waiting.empty()) {
      const auto count = static_cast<std::ptrdiff_t>(std::min(waiting.size(), options.batch));
      std::vector<RequestRecord> records(std::make_move_iterator(waiting.begin()),
                                         std::make_move_iterator(waiting.begin() + count));
      waiting.erase(waiting.begin(), waiting.begin() + count);
      lock.unlock();
      send(records);
      lock.lock();
      if (end && Clock::now() >= last) return;
    }
    if (end) return;
  }
}

void SpanExporter::Parts::send(const std::vector<RequestRecord>& records) {
  net::HttpRequest request{url, {{"Content-Type", "application/json"}}};
  for (const auto& header : options.headers) request.headers.push_back(header);
  request.post = spans_json(records, options.version);
  request.timeout = kTimeout;
  NoBody sink;
  const auto outcome = client.perform(request, sink);
  const bool taken = outcome.end == net::HttpEnd::complete && outcome.response.status / 100 == 2;
  (taken ? metrics.spans_sent : metrics.spans_dropped).add(records.size());
  if (taken) return;
  warn(outcome.error ? outcome.error->message : "status " + std::to_string(outcome.response.status));
}

void SpanExporter::Parts::warn(const std::string& problem) {
  const auto now = Clock::now();
  if (warned && now - *warned < kSilence) return;
  warned = now;
  base::log(LogLevel::warning, "spans are dropped: " + url.origin() + ": " + problem);
}

SpanExporter::SpanExporter(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
  parts_->thread = std::thread([&parts = *parts_] { parts.run(); });
}

SpanExporter::~SpanExporter() {
  parts_->last = Clock::now() + kLastTimeout;
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->end = true;
  }
  parts_->changed.notify_one();
  parts_->thread.join();
}

Result<std::unique_ptr<SpanExporter>> SpanExporter::open(OtlpOptions options, Metrics& metrics) {
  auto url = traces_url(options.endpoint);
  if (!url) {
    auto error = url.error();
    error.message = "--otlp-endpoint: " + error.message;
    return error;
  }
  auto parts = std::make_unique<Parts>(std::move(options), *std::move(url), metrics);
  return std::unique_ptr<SpanExporter>(new SpanExporter(std::move(parts)));
}

void SpanExporter::take(const RequestRecord& record) {
  if (!record.trace.sampled) return;
  bool wake = false;
  {
    const std::lock_guard lock(parts_->mutex);
    if (parts_->waiting.size() >= parts_->options.queue) {
      parts_->metrics.spans_dropped.add();
      return;
    }
    parts_->waiting.push_back(record);
    wake = parts_->waiting.size() == parts_->options.batch;
  }
  if (wake) parts_->changed.notify_one();
}

}  // namespace akidb::embedding::server
