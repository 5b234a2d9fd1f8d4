// Client: one call to an embedding server, tried again where that may help.
#pragma once

#include <akidb/embedding/cancel_token.hpp>
#include <akidb/embedding/result.hpp>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/url.hpp"
#include "remote/answer.hpp"
#include "remote/backoff.hpp"
#include "remote/circuit_breaker.hpp"
#include "remote/wire.hpp"

namespace akidb::embedding::remote {

struct ClientOptions {
  const Wire* wire = nullptr;
  net::Url url;
  std::string key;                            // empty: none is sent
  std::chrono::milliseconds timeout{60'000};  // of one attempt
  Backoff backoff;
  std::uint32_t failures = 5;              // in a row, after which the server is left alone
  std::chrono::milliseconds rest{30'000};  // for so long
};

// What ends a call early, and which trace it belongs to.
struct Limits {
  std::optional<std::chrono::steady_clock::time_point> deadline;
  CancelToken cancel;
  std::string trace_parent = {};
  std::string trace_state = {};
};

// Thread-safe: a connection for each call that runs at once, kept for the next one. Redirects are not followed: the key
// goes to this host alone, and into no error and no log.
class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Errors: unauthenticated (401, 403), not_found (404), invalid_argument (other 4xx), resource_exhausted (429),
  // unavailable (5xx, no connection, the circuit breaker), data_corrupt (an answer that is none), deadline_exceeded,
  // cancelled. An answer, a refusal and data_corrupt are final; what may pass is tried again. A call that waits for the
  // server sees a cancel token within a second.
  Result<Answer> call(const std::string& body, std::size_t inputs, const Limits& limits);

  // Ends running and later calls as unavailable.
  void close() noexcept { closing_.store(true); }

 private:
  struct Connection;
  struct Attempt;
  Attempt attempt(const std::string& body, std::size_t inputs, const Limits& limits);
  std::unique_ptr<Connection> take_connection();
  std::optional<Error> ended(const Limits& limits) const;
  std::optional<Error> wait(std::chrono::milliseconds time, const Limits& limits) const;

  ClientOptions options_;
  CircuitBreaker breaker_;
  std::atomic<bool> closing_{false};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace akidb::embedding::remote
