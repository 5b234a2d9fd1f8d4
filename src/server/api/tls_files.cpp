#include "server/api/tls_files.hpp"

#include <utility>

#include "base/file.hpp"

namespace akidb::embedding::server {
namespace {

constexpr std::size_t kMostBytes = 1U << 20U;

Result<void> read(const std::string& flag, const std::filesystem::path& file, std::string& into) {
  auto text = base::read_file(file, kMostBytes);
  if (!text) return cannot_use(flag, file, text.error().message);
  into = *std::move(text);
  return {};
}

}  // namespace

Error cannot_use(const std::string& flag, const std::filesystem::path& file, const std::string& why) {
  return {ErrorCode::invalid_argument, flag + ": cannot be used: " + why, file.string(), {}};
}

Result<TlsFiles> read_tls_files(const TlsOptions& options) {
  TlsFiles files;
  auto done = read("--tls-certificate", options.certificate, files.certificate);
  if (done) done = read("--tls-key", options.key, files.key);
  if (done && !options.client_ca.empty()) done = read("--tls-client-ca", options.client_ca, files.client_ca);
  return done ? Result<TlsFiles>(std::move(files)) : done.error();
}

}  // namespace akidb::embedding::server
