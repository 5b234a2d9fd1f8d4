#include "server/http/dispatcher.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <random>

#include "server/http/families/handlers.hpp"

namespace akidb::embedding::server {
namespace {

constexpr std::size_t kLongestId = 128;

bool is_plain_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestId && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.' || c == ':';
  });
}

// A random beginning and a count: unlike those of other processes, and cheap.
std::string new_request_id() {
  static const std::uint64_t start = std::random_device{}() | std::uint64_t{std::random_device{}()} << 32U;
  static std::atomic<std::uint64_t> count{0};
  std::uint64_t value = start + count.fetch_add(1, std::memory_order_relaxed) * 0x9E3779B97F4A7C15ULL;
  std::string id(16, '0');
  for (char& c : id) {
    c = "0123456789abcdef"[value >> 60U];
    value <<= 4U;
  }
  return id;
}

std::string_view bearer_of(const Request& request) {
  auto value = request.field("authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (value.size() > kScheme.size() && std::equal(kScheme.begin(), kScheme.end(), value.begin(), [](char a, char b) {
        return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
      })) {
    return value.substr(kScheme.size());
  }
  for (const std::string_view name : {"x-api-key", "api-key"}) {
    if (const auto key = request.field(name); !key.empty()) return key;
  }
  return {};
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

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

Dispatcher::Dispatcher(EmbedService& service, const ApiKeys& keys, const ApiOptions& options)
    : keys_(keys),
      options_(options),
      rate_limit_(options.requests_per_minute),
      unrouted_(service.metrics().route("other", "none", Family::own)) {
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
    if (target.route->method == method) return &target;
    if (!allowed.empty()) allowed += ", ";
    allowed += target.route->method;
  }
  return nullptr;
}

bool Dispatcher::host_is_known(std::string_view host) const {
  if (options_.hosts.empty()) return true;
  const auto name = without_port(host);
  return std::find(options_.hosts.begin(), options_.hosts.end(), name) != options_.hosts.end();
}

std::optional<Refusal> Dispatcher::turned_away(Exchange& exchange, const Route* route, const std::string& peer) const {
  exchange.caller = peer;
  if (!host_is_known(exchange.request.field("host"))) {
    return refusal(Reason::wrong_host, "Host: this server does not go by that name");
  }
  const auto keys = keys_.get();
  if (keys->empty() || (route != nullptr && route->open)) return std::nullopt;
  auto name = keys->name_of(bearer_of(exchange.request));
  if (!name) {
    return refusal(ErrorCode::unauthenticated, "expected an API key, as in Authorization: Bearer KEY");
  }
  exchange.caller = *std::move(name);
  if (const auto wait = rate_limit_.take(exchange.caller)) {
    return refusal(Reason::rate_limited, "this API key has made its requests of this minute", *wait);
  }
  return std::nullopt;
}

void Dispatcher::dispatch(const ExchangePtr& exchange, const std::string& peer) const {
  const auto given = exchange->request.field("x-request-id");
  exchange->request_id = is_plain_id(given) ? std::string(given) : new_request_id();
  exchange->counts = &unrouted_;
  std::string allowed;
  const Target* target = find(*exchange, allowed);
  if (target != nullptr) {
    exchange->route = target->route;
    exchange->counts = target->counts;
  }
  if (const auto problem = turned_away(*exchange, exchange->route, peer)) {
    refuse_entry(exchange, *problem);
  } else if (target != nullptr) {
    target->route->handle(exchange);
  } else if (!allowed.empty()) {
    exchange->refuse(refusal(Reason::wrong_method, "this path takes " + allowed));
  } else {
    exchange->refuse(refusal(Reason::no_route, "no such path"));
  }
}

void Dispatcher::refuse(const ExchangePtr& exchange, const Refusal& refusal) const {
  exchange->request_id = new_request_id();
  exchange->counts = &unrouted_;
  std::string allowed;
  if (const Target* target = find(*exchange, allowed)) exchange->route = target->route;  // for the form of the error
  exchange->refuse(refusal);
}

}  // namespace akidb::embedding::server
