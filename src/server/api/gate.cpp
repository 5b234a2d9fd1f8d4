#include "server/api/gate.hpp"

#include <algorithm>

namespace akidb::embedding::server {
namespace {

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

}  // namespace

std::string_view bearer_key(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  const bool is_bearer = authorization.size() > kScheme.size() &&
                         std::equal(kScheme.begin(), kScheme.end(), authorization.begin(),
                                    [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b); });
  return is_bearer ? authorization.substr(kScheme.size()) : std::string_view();
}

bool Gate::goes_by(std::string_view host) const {
  const auto& hosts = options_.hosts;
  return hosts.empty() || std::find(hosts.begin(), hosts.end(), without_port(host)) != hosts.end();
}

std::optional<Refusal> Gate::turned_away(const Visitor& visitor, std::string& caller) const {
  if (visitor.host && !goes_by(*visitor.host))
    return refusal(Reason::wrong_host, "Host: this server does not go by that name");
  const auto keys = keys_.get();
  if (keys->empty() || visitor.open) return std::nullopt;
  auto name = keys->name_of(visitor.key);
  if (!name) return refusal(ErrorCode::unauthenticated, "expected an API key, as in Authorization: Bearer KEY");
  caller = *std::move(name);
  if (const auto wait = rate_limit_.take(caller)) {
    return refusal(Reason::rate_limited, "this API key has made its requests of this minute", *wait);
  }
  return std::nullopt;
}

}  // namespace akidb::embedding::server
