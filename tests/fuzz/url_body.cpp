#include <algorithm>
#include <string>

#include "fuzz/bodies.hpp"
#include "net/url.hpp"

namespace akidb::embedding::test {
namespace {

std::string check(const Result<net::Url>& url) {
  if (!url) return url.error().code == ErrorCode::invalid_argument ? "" : "code: " + to_string(url.error());
  if (url->scheme != "http" && url->scheme != "https") return "a scheme of another kind: " + url->scheme;
  if (url->host.empty() || url->port == 0) return "no host";
  if (std::ranges::any_of(url->host, [](char c) { return c >= 'A' && c <= 'Z'; })) return "a host in capitals";
  // Who is asked is who was looked at.
  const auto again = net::parse_url(url->text);
  if (!again) return "it is not read again: " + url->text;
  return again->origin() == url->origin() ? "" : "another origin when read again: " + url->text;
}

}  // namespace

std::string fuzz_url(std::string_view bytes) {
  const auto end = std::min(bytes.find('\n'), bytes.size());
  const auto base = net::parse_url(bytes.substr(0, end));
  if (auto problem = check(base); !problem.empty() || !base) return problem;
  return check(net::resolve_url(*base, bytes.substr(std::min(end + 1, bytes.size()))));
}

}  // namespace akidb::embedding::test
