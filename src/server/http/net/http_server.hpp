// HttpServer: listens, and serves what comes.
#pragma once

#include <akidb/embedding/result.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/api/access.hpp"
#include "server/api/api_options.hpp"
#include "server/api/tls_options.hpp"
#include "server/http/net/connection.hpp"

namespace akidb::embedding::server {

struct ListenOptions {
  std::string host = "127.0.0.1";  // a name or an address
  std::uint16_t port = 8080;       // 0: one that is free
  std::string unix_path;           // not empty: a Unix-domain socket, in place of host and port
  int descriptor = -1;             // not -1: a socket that was opened for this process, in place of all of that
};

struct HttpServerOptions {
  std::vector<ListenOptions> listen;
  std::uint32_t io_threads = 1;
  std::size_t connections = 10'000;  // above it, new ones are closed at once
  ConnectionOptions connection;
  TlsOptions tls;  // for the TCP addresses
};

class HttpServer {
 public:
  // The references must outlive it.
  HttpServer(EmbedService& service, const ApiKeys& keys, const ApiOptions& api, Executor& pool,
             HttpServerOptions options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds and begins to accept. unavailable where an address cannot be had, or a descriptor is no listening socket.
  Result<void> start();

  // Reads the certificate again, for new connections; on an error the old one stays.
  Result<void> reload_tls();

  // The port of the first TCP address, after start().
  [[nodiscard]] std::uint16_t port() const noexcept;

  // Accepts no more, and closes each connection when nothing is under way on it.
  void drain();

  [[nodiscard]] bool has_connections() const;

  // How long the slowest thread of sockets has not come round; a tenth of a second is usual.
  [[nodiscard]] std::chrono::milliseconds longest_silence() const;

  // Closes what is left. After it no thread of the server runs.
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace akidb::embedding::server
