// Connection: one client, its requests in turn.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "server/http/dispatcher.hpp"
#include "server/http/protocol/head_scanner.hpp"

namespace akidb::embedding {
class Executor;
}

namespace akidb::embedding::server {

struct ConnectionOptions {
  HttpLimits limits;
  std::chrono::milliseconds head_timeout{10'000};    // from a request's first byte to the end of its head
  std::chrono::milliseconds body_timeout{60'000};    // from there to the end of its body
  std::chrono::milliseconds idle_timeout{75'000};    // between requests
  std::chrono::milliseconds write_timeout{10'000};   // for an answer, and a second more for each 64 KiB of it
  std::chrono::milliseconds clogged_timeout{1'000};  // for an answer, while too many bytes wait for slow readers
};

// What all connections of a server share. Must outlive them.
struct ConnectionContext {
  const Dispatcher& dispatcher;
  EmbedService& service;
  const ApiOptions& api;
  const ConnectionOptions& options;
  Executor& pool;                       // for requests that are too long for the thread of the sockets
  std::atomic<std::size_t>& exchanges;  // that are alive, on whatever thread
};

// Used on the thread of its sockets only.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  Connection() = default;
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  virtual void start() = 0;

  // Ends what has waited for too long.
  virtual void check_time(Clock::time_point now) = 0;

  // Closes when nothing is under way, else after the answer.
  virtual void drain() = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual bool closed() const = 0;
};

}  // namespace akidb::embedding::server
