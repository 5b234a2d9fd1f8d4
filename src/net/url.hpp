// URLs of http and https, as far as a client has to look at them.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace akidb::embedding::net {

struct Url {
  std::string text;    // the whole, without a fragment
  std::string scheme;  // "http" or "https"
  std::string host;    // lower-case; an IPv6 address without its brackets
  std::uint16_t port = 0;

  [[nodiscard]] bool is_secure() const noexcept { return scheme == "https"; }

  // "https://host:port"
  [[nodiscard]] std::string origin() const;

  // "localhost" or an address of this machine's own, so that what is sent stays here.
  [[nodiscard]] bool is_loopback() const noexcept;
};

// invalid_argument for another scheme, a user name in it, or what is no URL.
Result<Url> parse_url(std::string_view text);

// What a "Location: `location`" in the answer to `base` leads to: absolute or relative. Errors as above.
Result<Url> resolve_url(const Url& base, std::string_view location);

}  // namespace akidb::embedding::net
