#include "net/url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <new>

#include "base/ascii.hpp"

namespace akidb::embedding::net {
namespace {

using Handle = std::unique_ptr<CURLU, decltype([](CURLU* handle) { curl_url_cleanup(handle); })>;

Error no_url(std::string_view text, std::string_view why) {
  std::string shown(text.substr(0, std::min<std::size_t>(text.find('?'), 200)));  // a query may hold a secret
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return {ErrorCode::invalid_argument, "expected a URL of http or https, found " + std::string(why), shown, {}};
}

std::string part(CURLU* handle, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle, which, &text, flags) != CURLUE_OK || text == nullptr) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

Result<void> set(CURLU* handle, std::string_view text, unsigned flags) {
  if (text.find('\0') != std::string_view::npos) return no_url(text, "U+0000 in it");
  const CURLUcode code = curl_url_set(handle, CURLUPART_URL, std::string(text).c_str(), flags);
  if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLUE_OK) return no_url(text, curl_url_strerror(code));
  return {};
}

Result<Url> read_once(CURLU* handle, std::string_view text) {
  Url url;
  url.scheme = base::lower_ascii(part(handle, CURLUPART_SCHEME));
  if (url.scheme != "http" && url.scheme != "https") return no_url(text, "the scheme \"" + url.scheme + "\"");
  if (!part(handle, CURLUPART_USER).empty() || !part(handle, CURLUPART_PASSWORD).empty()) {
    return no_url(text, "a user name in it");
  }
  url.host = base::lower_ascii(part(handle, CURLUPART_HOST));
  if (url.host.starts_with('[') && url.host.ends_with(']')) url.host = url.host.substr(1, url.host.size() - 2);
  const std::string port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (url.host.empty() || url.port == 0) return no_url(text, "no host");
  curl_url_set(handle, CURLUPART_FRAGMENT, nullptr, 0);
  url.text = part(handle, CURLUPART_URL);
  return url;
}

// libcurl decodes a host ("%30") and looks at the outcome ("0", which is 0.0.0.0) when it is to go there: who is asked
// must be who was looked at.
Result<Url> read(CURLU* handle, std::string_view text) {
  auto url = read_once(handle, text);
  if (!url) return url;
  const Handle other(curl_url());
  if (other == nullptr) throw std::bad_alloc();
  const auto taken = set(other.get(), url->text, 0);
  const auto again = taken ? read_once(other.get(), text) : Result<Url>(taken.error());
  if (!again || again->origin() != url->origin()) return no_url(text, "a host with escapes");
  return url;
}

}  // namespace

std::string Url::origin() const {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return scheme + "://" + (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

// libcurl has written every spelling of an IPv4 address (hexadecimal, one number) as four decimal numbers.
bool Url::is_loopback() const noexcept {
  const bool is_address = host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
  return is_address || host == "localhost" || host == "::1";
}

Result<Url> parse_url(std::string_view text) {
  const Handle handle(curl_url());
  if (handle == nullptr) throw std::bad_alloc();
  if (auto outcome = set(handle.get(), text, CURLU_NON_SUPPORT_SCHEME); !outcome) return outcome.error();
  return read(handle.get(), text);
}

Result<Url> resolve_url(const Url& base, std::string_view location) {
  const Handle handle(curl_url());
  if (handle == nullptr) throw std::bad_alloc();
  if (auto outcome = set(handle.get(), base.text, 0); !outcome) return outcome.error();
  constexpr unsigned kFlags = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_ALLOW_SPACE;
  if (auto outcome = set(handle.get(), location, kFlags); !outcome) return outcome.error();
  return read(handle.get(), location);
}

}  // namespace akidb::embedding::net
