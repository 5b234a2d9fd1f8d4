#include "server/http/dispatcher.hpp"

#include "server/api/request_id.hpp"
#include "server/http/cors.hpp"
#include "server/http/families/handlers.hpp"

namespace akidb::embedding::server {
namespace {

std::string_view key_of(const Request& request) {
  if (const auto key = bearer_key(request.field("authorization")); !key.empty()) return key;
  for (const std::string_view name : {"x-api-key", "api-key"}) {
    if (const auto key = request.field(name); !key.empty()) return key;
  }
  return {};
}

std::optional<std::string_view> host_of(const Request& request, const Peer& peer) {
  if (peer.on_unix_socket) return std::nullopt;
  return request.field("host");
}

// A browser that asks for the playground without a key gets its page, which asks for the key.
void refuse_entry(const ExchangePtr& exchange, const Refusal& problem) {
  const bool wants_page = exchange->route != nullptr && exchange->route->handle == handle_playground;
  if (wants_page && exchange->options.playground && problem.error.code == ErrorCode::unauthenticated) {
    refuse_playground(exchange);
  } else {
    exchange->refuse(problem);
  }
}

}  // namespace

Dispatcher::Dispatcher(EmbedService& service, const ApiKeys& keys, const ApiOptions& options)
    : gate_(keys, service.rate_limit(), options), unrouted_(service.metrics().route("other", "none", Family::own)) {
  for (const auto& route : route_table()) {
    auto& counts = service.metrics().route(std::string(route.method), std::string(route.path), route.family);
    targets_.push_back({&route, &counts});
  }
}

const Dispatcher::Target* Dispatcher::find(Exchange& exchange, std::string& allowed) const {
  std::string_view method = exchange.request.method;
  if (method == "HEAD") method = "GET";
  for (const auto& target : targets_) {
    if (!matches(*target.route, exchange.request.path, exchange.captured)) continue;
    const bool is_it = target.route->method == method;
    if (is_it || allowed.empty()) exchange.family = target.route->family;
    if (is_it) return &target;
    if (!allowed.empty()) allowed += ", ";
    allowed += target.route->method;
  }
  return nullptr;
}

void Dispatcher::dispatch(const ExchangePtr& exchange, const Peer& peer) const noexcept {
  exchange->guard([&] { handle(exchange, peer); });
}

void Dispatcher::handle(const ExchangePtr& exchange, const Peer& peer) const {
  exchange->request_id = request_id_from(exchange->request.field("x-request-id"));
  exchange->trace = exchange->service.requests().trace_of(exchange->request.field("traceparent"),
                                                          exchange->request.field("tracestate"));
  exchange->counts = &unrouted_;
  std::string allowed;
  const Target* target = find(*exchange, allowed);
  if (target != nullptr) {
    exchange->route = target->route;
    exchange->counts = target->counts;
  }
  exchange->caller = peer.name;
  auto preflight_answer = preflight(exchange->options.cors_origins, exchange->request, allowed);
  const bool open = preflight_answer || (exchange->route != nullptr && exchange->route->open);
  if (const auto problem =
          gate_.turned_away({host_of(exchange->request, peer), key_of(exchange->request), open}, exchange->caller)) {
    refuse_entry(exchange, *problem);
  } else if (preflight_answer) {
    exchange->reply(*std::move(preflight_answer));
  } else if (target != nullptr) {
    target->route->handle(exchange);
  } else if (!allowed.empty()) {
    exchange->refuse(refusal(Reason::wrong_method, "this path takes " + allowed));
  } else {
    exchange->refuse(refusal(Reason::no_route, "no such path"));
  }
}

void Dispatcher::refuse(const ExchangePtr& exchange, const Refusal& refusal) const noexcept {
  exchange->guard([&] {
    exchange->request_id = new_request_id();
    exchange->counts = &unrouted_;
    std::string allowed;
    if (const Target* target = find(*exchange, allowed)) exchange->route = target->route;  // for the form of the error
    exchange->refuse(refusal);
  });
}

}  // namespace akidb::embedding::server
