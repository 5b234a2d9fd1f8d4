// From options to a provider on a server of others.
#include <akidb/embedding/open.hpp>

#include "base/log.hpp"
#include "providers/makers.hpp"
#include "providers/remote/remote_provider.hpp"
#include "remote/api_key.hpp"
#include "remote/endpoint.hpp"

namespace akidb::embedding::providers {

ProviderResult make_remote_provider(const ProviderOptions& options) {
  const auto& remote = options.remote;
  if (options.offline) {
    return Error{ErrorCode::unavailable, "provider: offline, no other server is asked", {}, {}};
  }
  if (!options.pooling.empty() || !options.prompts.empty() || !options.default_prompt.empty()) {
    return Error{ErrorCode::invalid_argument, "pooling, prompts: expected none for another server", {}, {}};
  }
  const auto wire = remote::find_wire(remote.wire);
  if (!wire) return wire.error();
  auto url = remote::call_url(**wire, remote.endpoint, options.model);
  if (!url) return std::move(url).error();
  auto key = remote::find_key(remote, **wire);
  if (!key) return std::move(key).error();
  if (!key->empty() && !url->is_secure() && !url->is_loopback()) {
    base::log(LogLevel::warning, "the key goes to " + url->host + " over plain HTTP, where others may read it");
  }
  if (key->empty() && remote.endpoint.empty() && !(*wire)->key_variable.empty()) {
    base::log(LogLevel::warning,
              std::string((*wire)->key_variable) + " is not set: " + url->host + " is asked without a key");
  }
  if (remote.timeout.count() <= 0) {
    return Error{ErrorCode::invalid_argument, "timeout: expected more than 0", {}, {}};
  }
  RemoteParts parts;
  parts.client.wire = *wire;
  parts.client.url = *std::move(url);
  parts.client.key = *std::move(key);
  parts.client.timeout = remote.timeout;
  parts.client.backoff.retries = remote.retries;
  parts.model = options.model;
  parts.served_name = options.served_name;
  if (options.threads != 0) parts.connections = options.threads;
  parts.max_batch_size = options.max_batch_size;
  if (options.max_queued_sequences != 0) parts.max_queued = options.max_queued_sequences;
  return RemoteProvider::open(std::move(parts));
}

}  // namespace akidb::embedding::providers
