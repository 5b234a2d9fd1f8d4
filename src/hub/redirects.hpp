// Where the token may go, and where an answer may lead.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string_view>

#include "net/url.hpp"

namespace akidb::embedding::hub {

inline constexpr int kMostRedirects = 10;

// The token goes to the endpoint's own origin (scheme, host and port) and nowhere else, and over https. Over plain http
// only to this machine itself, where the user named that endpoint: there is no network in between.
bool may_send_token(const net::Url& endpoint, bool endpoint_is_set, const net::Url& to) noexcept;

// The next hop after `from`. Never from https down to http; data_corrupt for that and for what is no URL.
Result<net::Url> next_hop(const net::Url& from, std::string_view location);

bool is_redirect(int status) noexcept;

}  // namespace akidb::embedding::hub
