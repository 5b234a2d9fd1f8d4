// Dispatcher: from a request to the route that answers it, past everything that may turn it away.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/api/access.hpp"
#include "server/api/gate.hpp"
#include "server/api/service.hpp"
#include "server/http/exchange.hpp"
#include "server/http/route.hpp"

namespace akidb::embedding::server {

// The other end of a connection.
struct Peer {
  std::string name;             // whom fairness is between where there is no key
  bool on_unix_socket = false;  // where Host names nothing (Visitor::host)
};

// Thread-safe. All references must outlive it.
class Dispatcher {
 public:
  Dispatcher(EmbedService& service, const ApiKeys& keys, const ApiOptions& options);

  // Answers the exchange, now or later.
  void dispatch(const ExchangePtr& exchange, const Peer& peer) const noexcept;

  // A request that never became one.
  void refuse(const ExchangePtr& exchange, const Refusal& refusal) const noexcept;

 private:
  struct Target {
    const Route* route = nullptr;
    RouteMetrics* counts = nullptr;
  };
  void handle(const ExchangePtr& exchange, const Peer& peer) const;
  [[nodiscard]] const Target* find(Exchange& exchange, std::string& allowed) const;

  Gate gate_;
  std::vector<Target> targets_;
  RouteMetrics& unrouted_;
};

}  // namespace akidb::embedding::server
