// TlsCredentials: the server's certificate, which may be replaced while it serves.
#pragma once

#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>
#include <akidb/embedding/result.hpp>

#include <memory>
#include <mutex>

#include "server/api/tls_files.hpp"

namespace akidb::embedding::server {

// Thread-safe. TLS 1.2 and above. gRPC asks for the certificate at each handshake; connections keep the one that they
// began with. A pair that does not fit is refused by gRPC, which goes on with the last one.
class TlsCredentials final : public grpc::ServerCredentials {
 public:
  explicit TlsCredentials(TlsOptions options) : options_(std::move(options)) {}
  ~TlsCredentials() override;
  TlsCredentials(const TlsCredentials&) = delete;
  TlsCredentials& operator=(const TlsCredentials&) = delete;

  // Reads the files (again); once before the server is built. On an error what was there stays.
  Result<void> load();

 private:
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) override {}
  int AddPortToServer(const std::string& address, grpc_server* server) override;
  static grpc_ssl_certificate_config_reload_status fetch(void* user_data, grpc_ssl_server_certificate_config** config);

  const TlsOptions options_;
  std::mutex mutex_;
  TlsFiles files_;
  bool is_new_ = false;
  grpc_server_credentials* credentials_ = nullptr;
};

}  // namespace akidb::embedding::server
