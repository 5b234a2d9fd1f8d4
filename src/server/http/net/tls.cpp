#include "server/http/net/tls.hpp"

#include <string>
#include <utility>

#include "server/api/tls_files.hpp"

namespace akidb::embedding::server {

namespace asio = boost::asio;
namespace ssl = asio::ssl;

Result<void> TlsContext::load(const TlsOptions& options) {
  const auto files = read_tls_files(options);
  if (!files) return files.error();
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  boost::system::error_code problem;
  context->set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | ssl::context::no_compression, problem);
  context->use_certificate_chain(asio::buffer(files->certificate), problem);
  if (problem) return cannot_use("--tls-certificate", options.certificate, problem.message());
  context->use_private_key(asio::buffer(files->key), ssl::context::pem, problem);
  if (problem) return cannot_use("--tls-key", options.key, problem.message());
  if (!options.client_ca.empty()) {
    context->add_certificate_authority(asio::buffer(files->client_ca), problem);
    if (problem) return cannot_use("--tls-client-ca", options.client_ca, problem.message());
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, problem);
  }
  const std::lock_guard lock(mutex_);
  context_ = std::move(context);
  return {};
}

std::shared_ptr<ssl::context> TlsContext::get() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

}  // namespace akidb::embedding::server
