// TlsContext: the server's certificate, which may be replaced while it serves.
#pragma once

#include <akidb/embedding/result.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <mutex>

#include "server/api/tls_options.hpp"

namespace akidb::embedding::server {

// Thread-safe. TLS 1.2 and above. Connections keep the certificate that they began with.
class TlsContext {
 public:
  // Reads the files (again). On an error what was there stays: invalid_argument names the file's flag.
  Result<void> load(const TlsOptions& options);

  // Null before the first load().
  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> get() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace akidb::embedding::server
