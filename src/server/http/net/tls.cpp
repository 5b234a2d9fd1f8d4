#include "server/http/net/tls.hpp"

#include <string>
#include <utility>

namespace akidb::embedding::server {
namespace {

namespace ssl = boost::asio::ssl;

Error cannot_use(const std::string& flag, const std::filesystem::path& file, const boost::system::error_code& problem) {
  return {ErrorCode::invalid_argument, flag + ": cannot be used: " + problem.message(), file.string(), {}};
}

}  // namespace

Result<void> TlsContext::load(const TlsOptions& options) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  boost::system::error_code problem;
  context->set_options(ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | ssl::context::no_compression, problem);
  context->use_certificate_chain_file(options.certificate.string(), problem);
  if (problem) return cannot_use("--tls-certificate", options.certificate, problem);
  context->use_private_key_file(options.key.string(), ssl::context::pem, problem);
  if (problem) return cannot_use("--tls-key", options.key, problem);
  if (!options.client_ca.empty()) {
    context->load_verify_file(options.client_ca.string(), problem);
    if (problem) return cannot_use("--tls-client-ca", options.client_ca, problem);
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
