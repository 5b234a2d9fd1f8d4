#include "server/grpc/tls_credentials.hpp"

#include <grpc/grpc.h>

namespace akidb::embedding::server {

TlsCredentials::~TlsCredentials() {
  if (credentials_ != nullptr) grpc_server_credentials_release(credentials_);
}

Result<void> TlsCredentials::load() {
  auto files = read_tls_files(options_);
  if (!files) return files.error();
  const std::lock_guard lock(mutex_);
  files_ = *std::move(files);
  is_new_ = true;
  return {};
}

grpc_ssl_certificate_config_reload_status TlsCredentials::fetch(void* user_data,
                                                                grpc_ssl_server_certificate_config** config) {
  auto& self = *static_cast<TlsCredentials*>(user_data);
  const std::lock_guard lock(self.mutex_);
  if (!self.is_new_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  self.is_new_ = false;
  const grpc_ssl_pem_key_cert_pair pair = {self.files_.key.c_str(), self.files_.certificate.c_str()};
  // gRPC 1.51 insists on authorities, even where it asks no client for a certificate and so looks at none.
  const auto& authorities = self.files_.client_ca.empty() ? self.files_.certificate : self.files_.client_ca;
  *config = grpc_ssl_server_certificate_config_create(authorities.c_str(), &pair, 1);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

int TlsCredentials::AddPortToServer(const std::string& address, grpc_server* server) {
  auto* options = grpc_ssl_server_credentials_create_options_using_config_fetcher(
      options_.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                 : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY,
      &TlsCredentials::fetch, this);
  credentials_ = grpc_ssl_server_credentials_create_with_options(options);
  return grpc_server_add_http2_port(server, address.c_str(), credentials_);
}

}  // namespace akidb::embedding::server
