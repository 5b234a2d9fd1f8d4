#include "server/app/server.hpp"

#include <algorithm>
#include <utility>

#include "base/executor.hpp"
#include "base/log.hpp"

namespace akidb::embedding::server {
namespace {

using Clock = std::chrono::steady_clock;

// Between the word that the server stops and the end of listening: balancers see it, and late requests get an answer.
constexpr std::chrono::milliseconds kLinger{300};
constexpr std::chrono::milliseconds kPoll{5};

// 'model: there is no folder "./a"', 'model "a/b" is not on this machine'.
bool names_model(const Error& error, const std::string& name) {
  return error.message.starts_with("model") && error.message.find('"' + name + '"') != std::string::npos;
}

}  // namespace

Server::Server(ServeOptions options)
    : options_(std::move(options)),
      service_(options_.service),
      http_(service_, keys_, options_.api, *options_.executor, options_.http) {
  if (options_.grpc) grpc_.emplace(service_, keys_, options_.api, *options_.executor, *options_.grpc);
}

Server::~Server() {
  if (loader_.joinable()) loader_.join();
  if (grpc_) grpc_->stop();
  http_.stop();
}

std::string Server::address_of(const ListenOptions& listen) const {
  if (listen.descriptor >= 0) return "descriptor " + std::to_string(listen.descriptor) + ", of the service manager";
  if (!listen.unix_path.empty()) return listen.unix_path;
  const std::string scheme = options_.http.tls.enabled() ? "https://" : "http://";
  return scheme + listen.host + ":" + std::to_string(http_.port());
}

Result<void> Server::start_spans() {
  if (!options_.otlp) return {};
  auto exporter = SpanExporter::open(*options_.otlp, service_.metrics());
  if (!exporter) return exporter.error();
  spans_ = *std::move(exporter);
  service_.requests().begin_spans(options_.otlp->share);
  service_.requests().add([this](const RequestRecord& record) { spans_->take(record); });
  return {};
}

Result<void> Server::start_grpc() {
  if (!grpc_) return {};
  if (auto started = grpc_->start(); !started) return started;
  const std::string with = options_.grpc->tls.enabled() ? ", with TLS" : "";
  options_.say("listening for gRPC on " + options_.grpc->host + ":" + std::to_string(grpc_->port()) + with);
  if (const auto& path = options_.grpc->unix_path; !path.empty()) {
    options_.say("listening for gRPC on " + path + with);
  }
  return {};
}

void Server::tidy() {
  service_.models().end_retired();
  if (grpc_) grpc_->tidy();
}

Result<void> Server::start() {
  auto loadable = options_.load();
  if (!loadable) return loadable.error();
  keys_.set(std::move(loadable->keys));
  take_settings(*loadable);
  for (const auto& model : loadable->models) service_.models().declare(model.name, model.aliases);
  if (options_.on_request) service_.requests().add(options_.on_request);
  if (auto started = start_spans(); !started) return started;
  if (auto started = http_.start(); !started) return started;
  for (const auto& listen : options_.http.listen) options_.say("listening on " + address_of(listen));
  if (auto started = start_grpc(); !started) return started;
  loader_ = std::thread([this, models = std::move(loadable->models)] {
    load(models, true);
    finished_ = true;
  });
  return {};
}

bool Server::load(const std::vector<ModelChoice>& models, bool at_start) {
  bool all = true;
  for (const auto& model : models) {
    const auto begin = Clock::now();
    auto provider = model.open();
    if (!provider) {
      all = false;
      take_failure(model, provider.error(), at_start);
      continue;
    }
    service_.models().put(model.name, *std::move(provider), model.aliases);
    if (grpc_) grpc_->state_changed();
    const std::chrono::duration<double> took = Clock::now() - begin;
    options_.say("model " + model.name + " is ready after " + std::to_string(took.count()).substr(0, 5) + " s");
  }
  return all;
}

void Server::take_failure(const ModelChoice& model, Error error, bool at_start) {
  if (at_start) service_.models().fail(model.name, error);
  if (!names_model(error, model.name)) error.message = "model " + model.name + ": " + error.message;
  const std::lock_guard lock(mutex_);
  if (at_start && loaded_) {
    loaded_ = std::move(error);  // ends the start, which says so
  } else {
    base::log(LogLevel::error, to_string(error));
  }
}

Result<void> Server::wait_until_loaded() {
  if (loader_.joinable()) loader_.join();
  const std::lock_guard lock(mutex_);
  return loaded_;
}

void Server::reload() {
  if (loader_.joinable()) loader_.join();
  auto loadable = options_.load();
  if (!loadable) {
    base::log(LogLevel::error, "reload: all stays as it was: " + to_string(loadable.error()));
    return;
  }
  keys_.set(std::move(loadable->keys));
  // What HTTP could not use, gRPC is not shown.
  auto certificate = http_.reload_tls();
  if (certificate && grpc_) certificate = grpc_->reload_tls();
  if (!certificate) base::log(LogLevel::error, "reload: " + to_string(certificate.error()));
  finished_ = false;
  loader_ = std::thread([this, loaded = *std::move(loadable)] {
    take_over(loaded);
    finished_ = true;
  });
}

void Server::take_settings(const Reloadable& loaded) {
  service_.set_settings(loaded.settings);
  if (!loaded.said_settings.empty()) options_.say("settings " + loaded.said_settings);
}

// Until a new model is ready, its name is not known, or the old model answers to it.
void Server::take_over(const Reloadable& loaded) {
  if (!load(loaded.models, false)) {
    base::log(LogLevel::error, "reload: models that could not be loaded are as they were, and none is dropped");
    return;
  }
  std::vector<std::string> names;
  for (const auto& model : loaded.models) names.push_back(model.name);
  service_.models().keep(names);
  service_.cache().clear();
  take_settings(loaded);
  if (grpc_) grpc_->state_changed();
  options_.say("reloaded");
}

bool Server::drain() {
  const auto end = Clock::now() + options_.grace;
  service_.drain();
  if (grpc_) grpc_->state_changed();
  std::this_thread::sleep_for(std::min(kLinger, options_.grace));
  http_.drain();
  if (grpc_) grpc_->drain(std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()));
  const auto is_busy = [&] {
    return service_.in_flight() > 0 || http_.has_connections() || (grpc_ && grpc_->has_calls());
  };
  while (Clock::now() < end && is_busy()) {
    std::this_thread::sleep_for(kPoll);
  }
  const bool all = service_.in_flight() == 0;
  if (grpc_) grpc_->stop();
  http_.stop();
  if (loader_.joinable()) loader_.join();
  return all;
}

}  // namespace akidb::embedding::server
