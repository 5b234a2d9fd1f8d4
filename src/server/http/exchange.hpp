// Exchange: one HTTP request and the answer that it waits for.
#pragma once

#include <akidb/embedding/cancel_token.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/api/api_options.hpp"
#include "server/api/refusal.hpp"
#include "server/api/service.hpp"
#include "server/http/protocol/request.hpp"
#include "server/http/protocol/response.hpp"

namespace akidb::embedding::server {

struct Route;

// Lives until its answer is on its way. `reply` and `refuse` may be called on any thread, one of them once.
class Exchange {
 public:
  using Reply = std::function<void(Response response)>;

  Exchange(Request arrived, EmbedService& embedder, const ApiOptions& api, Reply reply)
      : request(std::move(arrived)), service(embedder), options(api), reply_(std::move(reply)) {}

  void reply(Response response);
  void reply_json(std::string body);

  // The error body and the status of the route's wire family.
  void refuse(const Refusal& refusal);

  Request request;
  EmbedService& service;
  const ApiOptions& options;
  const Route* route = nullptr;  // null before routing
  RouteMetrics* counts = nullptr;
  std::string captured;  // what {model} stands for in the route's path
  std::string caller;    // whom fairness is between
  std::string request_id;
  TraceContext trace;
  Work work;                                   // what was done so far
  CancelToken cancel = CancelToken::create();  // when the client leaves
  std::chrono::steady_clock::time_point received = std::chrono::steady_clock::now();

 private:
  void tell(int status) const;

  Reply reply_;
  std::string_view error_;  // the code's name, once refused
};

using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace akidb::embedding::server
