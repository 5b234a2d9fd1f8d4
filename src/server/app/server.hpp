// Server: a process's worth of serving, from its start to its drain.
#pragma once

#include <akidb/embedding/result.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "server/api/access.hpp"
#include "server/api/service.hpp"
#include "server/app/serve_options.hpp"
#include "server/grpc/grpc_server.hpp"
#include "server/http/net/http_server.hpp"
#include "server/otlp/span_exporter.hpp"

namespace akidb::embedding::server {

class Server {
 public:
  explicit Server(ServeOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens, and begins to load the models. The listener answers from here on.
  Result<void> start();

  // Whether every model that start() or reload() began to load is ready, or failed.
  [[nodiscard]] bool has_loaded() const noexcept { return finished_; }

  // After start(): whether all models came up, waiting for them; the error of the first that did not.
  Result<void> wait_until_loaded();

  // Reads settings, keys and certificates anew and opens new models beside the old ones, on a thread of its own. What
  // cannot be had is logged, and what was there stays.
  void reload();

  // Ends retired models and calls that wait for their clients; to be called about every second.
  void tidy();

  // Refuses new work, lets what is under way end within the grace, then closes. Whether all of it ended.
  bool drain();

  // Whether the threads that serve have come round within that time.
  [[nodiscard]] bool is_alive(std::chrono::milliseconds within) const { return http_.longest_silence() < within; }

  [[nodiscard]] std::uint16_t port() const noexcept { return http_.port(); }
  EmbedService& service() noexcept { return service_; }

 private:
  Result<void> start_spans();
  Result<void> start_grpc();
  [[nodiscard]] std::string address_of(const ListenOptions& listen) const;
  bool load(const std::vector<ModelChoice>& models, bool at_start);
  void take_failure(const ModelChoice& model, Error error, bool at_start);
  void take_over(const Reloadable& loaded);
  void take_settings(const Reloadable& loaded);

  ServeOptions options_;
  ApiKeys keys_;
  EmbedService service_;
  std::unique_ptr<SpanExporter> spans_;
  HttpServer http_;
  std::optional<GrpcServer> grpc_;
  std::thread loader_;
  std::atomic<bool> finished_{false};
  std::mutex mutex_;
  Result<void> loaded_;
};

}  // namespace akidb::embedding::server
