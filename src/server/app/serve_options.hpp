// All that a server is started with.
#pragma once

#include <akidb/embedding/open.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/api_options.hpp"
#include "server/api/service.hpp"
#include "server/grpc/grpc_server.hpp"
#include "server/http/net/http_server.hpp"
#include "server/otlp/span_exporter.hpp"

namespace akidb::embedding::server {

struct ModelChoice {
  std::string name;
  std::vector<std::string> aliases;
  std::function<Result<std::unique_ptr<EmbeddingProvider>>()> open;  // may take long; called on a thread of its own
};

// What a reload reads anew.
struct Reloadable {
  std::vector<ModelChoice> models;
  KeySet keys;
  std::string settings;       // as GET /v1/akidb/config shows them: a JSON object
  std::string said_settings;  // the same, for whoever runs the server; said when they are in effect
};

struct ServeOptions {
  std::function<Result<Reloadable>()> load;  // called at start and for each reload
  HttpServerOptions http;
  std::optional<GrpcServerOptions> grpc;  // unset: HTTP only
  ApiOptions api;
  ServiceOptions service;
  std::shared_ptr<Executor> executor;       // must not be null
  std::chrono::milliseconds grace{30'000};  // for what is under way when the server is told to stop
  std::function<void(std::string_view line)> say = [](std::string_view) {};
  RequestLog::Observer on_request;  // unset: requests are not logged
  std::optional<OtlpOptions> otlp;  // unset: no spans
};

}  // namespace akidb::embedding::server
