#include "remote/endpoint.hpp"

#include <algorithm>
#include <string>

#include "base/ascii.hpp"

namespace akidb::embedding::remote {
namespace {

std::string with_model(std::string_view path, std::string_view model) {
  constexpr std::string_view kModel = "{model}";
  const auto at = path.find(kModel);
  if (at == std::string_view::npos) return std::string(path);
  return std::string(path.substr(0, at)) + base::escaped_path(model) + std::string(path.substr(at + kModel.size()));
}

// `base` and what of `path` is not yet at its end, by whole segments.
std::string joined(std::string base, std::string_view path) {
  while (base.ends_with('/')) base.pop_back();
  for (std::size_t length = path.size(); length > 0; --length) {
    const bool whole = length == path.size() || path[length] == '/';
    if (whole && base.ends_with(path.substr(0, length))) return base + std::string(path.substr(length));
  }
  return base + std::string(path);
}

}  // namespace

Result<net::Url> call_url(const Wire& wire, std::string_view endpoint, std::string_view model) {
  if (endpoint.empty()) endpoint = wire.endpoint;
  if (endpoint.empty()) {
    return Error{ErrorCode::invalid_argument,
                 "endpoint: expected the address of a server of the wire format " + std::string(wire.name) +
                     ", such as http://127.0.0.1:8080; found none",
                 {},
                 {}};
  }
  auto url = net::parse_url(endpoint);
  if (url) {
    const auto query = std::min(endpoint.find_first_of("?#"), endpoint.size());
    const auto base = joined(std::string(endpoint.substr(0, query)), with_model(wire.path, model));
    url = net::parse_url(base + std::string(endpoint.substr(query)));
  }
  if (!url) {
    auto error = std::move(url).error();
    error.message = "endpoint: " + error.message;
    return error;
  }
  return url;
}

}  // namespace akidb::embedding::remote
