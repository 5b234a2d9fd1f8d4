#include "hub/redirects.hpp"

namespace akidb::embedding::hub {

bool may_send_token(const net::Url& endpoint, bool endpoint_is_set, const net::Url& to) noexcept {
  const bool same = endpoint.scheme == to.scheme && endpoint.host == to.host && endpoint.port == to.port;
  return same && (to.is_secure() || (to.is_loopback() && endpoint_is_set));
}

Result<net::Url> next_hop(const net::Url& from, std::string_view location) {
  auto next = net::resolve_url(from, location);
  if (!next) {
    return Error{ErrorCode::data_corrupt,
                 "the hub redirects to what is no address: " + next.error().message,
                 next.error().detail,
                 {}};
  }
  if (from.is_secure() && !next->is_secure()) {
    return Error{ErrorCode::data_corrupt,
                 "the hub redirects from https to plain http on " + next->host + ", which is not followed",
                 next->origin(),
                 {}};
  }
  return next;
}

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace akidb::embedding::hub
