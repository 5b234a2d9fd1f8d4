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

Result<void> Server::start_grpc() {
  if (!grpc_) return {};
  if (auto started = grpc_->start(); !started) return started;
  options_.say("listening for gRPC on " + options_.grpc->host + ":" + std::to_string(grpc_->port()) +
               (options_.grpc->tls.enabled() ? ", with TLS" : ""));
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
  for (const auto& model : loadable->models) service_.models().declare(model.name, model.aliases);
  if (auto started = http_.start(); !started) return started;
  for (const auto& listen : options_.http.listen) {
    options_.say("listening on " + (listen.unix_path.empty() ? (options_.http.tls.enabled() ? "https://" : "http://") +
                                                                   listen.host + ":" + std::to_string(http_.port())
                                                             : listen.unix_path));
  }
  if (auto started = start_grpc(); !started) return started;
  loader_ = std::thread([this, models = std::move(loadable->models)] {
    load(models, true);
    finished_ = true;
  });
  return {};
}

void Server::load(const std::vector<ModelChoice>& models, bool at_start) {
  for (const auto& model : models) {
    const auto begin = Clock::now();
    auto provider = model.open();
    if (provider) {
      service_.models().put(model.name, *std::move(provider));
      if (grpc_) grpc_->state_changed();
      const std::chrono::duration<double> took = Clock::now() - begin;
      options_.say("model " + model.name + " is ready after " + std::to_string(took.count()).substr(0, 5) + " s");
      continue;
    }
    base::log(LogLevel::error, "model " + model.name + ": " + to_string(provider.error()));
    if (!at_start) continue;
    service_.models().fail(model.name, provider.error());
    const std::lock_guard lock(mutex_);
    if (loaded_) loaded_ = provider.error();
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
    base::log(LogLevel::error, "reload: " + to_string(loadable.error()));
    return;
  }
  keys_.set(std::move(loadable->keys));
  // What HTTP could not use, gRPC is not shown.
  auto certificate = http_.reload_tls();
  if (certificate && grpc_) certificate = grpc_->reload_tls();
  if (!certificate) base::log(LogLevel::error, "reload: " + to_string(certificate.error()));
  loader_ = std::thread([this, models = std::move(loadable->models)] {
    // New names wait for their models; known ones are served by the old models meanwhile.
    for (const auto& model : models) service_.models().declare(model.name, model.aliases);
    load(models, false);
    drop_missing(models);
    service_.cache().clear();
    options_.say("reloaded");
  });
}

void Server::drop_missing(const std::vector<ModelChoice>& models) {
  for (const auto& entry : service_.models().list()) {
    const bool kept =
        std::any_of(models.begin(), models.end(), [&](const auto& each) { return each.name == entry->name; });
    if (!kept) service_.models().remove(entry->name);
  }
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
