// Exchange: one HTTP request and the answer that it waits for.
#pragma once

#include <akidb/embedding/cancel_token.hpp>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "server/api/api_options.hpp"
#include "server/api/refusal.hpp"
#include "server/api/service.hpp"
#include "server/http/protocol/request.hpp"
#include "server/http/protocol/response.hpp"

namespace akidb::embedding::server {

struct Route;

// Lives until its answer is on its way. `reply` and `refuse` may be called on any thread; the first answer counts.
class Exchange {
 public:
  using Reply = std::function<void(Response response)>;

  Exchange(Request arrived, EmbedService& embedder, const ApiOptions& api, Reply reply)
      : request(std::move(arrived)), service(embedder), options(api), reply_(std::move(reply)) {}

  void reply(Response response) noexcept;
  void reply_json(std::string body) noexcept;

  // The error body and the status of the path's wire family.
  void refuse(const Refusal& refusal) noexcept;

  // Runs `step`, which answers; where memory runs out in it, that is the answer.
  template <class Step>
  void guard(Step&& step) noexcept {
    try {
      step();
    } catch (const std::bad_alloc&) {
      refuse_for_memory();
    }
  }

  // Whether there was not even memory for an answer: its connection has to be closed.
  [[nodiscard]] bool is_lost() const noexcept { return lost_; }

  Request request;
  EmbedService& service;
  const ApiOptions& options;
  const Route* route = nullptr;  // null before routing
  Family family = Family::own;   // of the path, whatever the method
  RouteMetrics* counts = nullptr;
  std::string captured;  // what {model} stands for in the route's path
  std::string caller;    // whom fairness is between
  std::string request_id;
  TraceContext trace;
  Work work;                                   // what was done so far
  CancelToken cancel = CancelToken::create();  // when the client leaves
  std::chrono::steady_clock::time_point received = std::chrono::steady_clock::now();

 private:
  void refuse_for_memory() noexcept;
  [[nodiscard]] Response refused(const Refusal& refusal) const;
  void send(Response response);
  void tell(int status) const;

  Reply reply_;
  std::atomic<bool> answered_{false};
  std::atomic<bool> lost_{false};
  std::string_view error_;  // the code's name, once refused
};

using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace akidb::embedding::server
