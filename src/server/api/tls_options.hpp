// Where the server's certificate is.
#pragma once

#include <filesystem>

namespace akidb::embedding::server {

struct TlsOptions {
  std::filesystem::path certificate;  // PEM, the chain behind it; empty: no TLS
  std::filesystem::path key;          // PEM
  std::filesystem::path client_ca;    // PEM; set: a client must show a certificate of one of these

  [[nodiscard]] bool enabled() const { return !certificate.empty(); }
};

}  // namespace akidb::embedding::server
