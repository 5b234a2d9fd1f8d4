// GrpcServer: the methods of the table, on a port of their own.
#pragma once

#include <akidb/embedding/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "server/api/access.hpp"
#include "server/api/api_options.hpp"
#include "server/api/service.hpp"
#include "server/api/tls_options.hpp"

namespace akidb::embedding {
class Executor;
}

namespace akidb::embedding::server {

struct GrpcServerOptions {
  std::string host = "127.0.0.1";                      // a name or an address
  std::uint16_t port = 8081;                           // 0: one that is free
  std::string unix_path;                               // of a socket to listen on, too; empty: none
  std::size_t message_bytes = std::size_t{32} << 20U;  // the largest message
  std::size_t calls = 10'000;                          // under way; above it, new ones are refused at once
  TlsOptions tls;
};

// A build without gRPC has this class, too: its start() says so.
class GrpcServer {
 public:
  // The references must outlive it.
  GrpcServer(EmbedService& service, const ApiKeys& keys, const ApiOptions& api, Executor& pool,
             GrpcServerOptions options);
  ~GrpcServer();
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  // Whether this build has gRPC.
  static bool available() noexcept;

  // Binds and begins to accept. unavailable where the address cannot be had.
  Result<void> start();
  [[nodiscard]] std::uint16_t port() const noexcept;

  // Reads the certificate again, for new connections; on an error the old one stays.
  Result<void> reload_tls();

  // Tells who watches health that a model came or went, or that the server is about to stop.
  void state_changed();

  // Ends calls whose clients let them wait for too long; to be called about every second.
  void tidy();

  // Accepts no more, and ends each call when nothing is under way on it; what is left when `grace` is over is
  // cancelled.
  void drain(std::chrono::milliseconds grace);
  [[nodiscard]] bool has_calls() const;

  // Ends what is left. After it no thread of the server runs.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace akidb::embedding::server
