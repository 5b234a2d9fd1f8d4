#include "server/http/cors.hpp"

#include <algorithm>

namespace akidb::embedding::server {
namespace {

constexpr std::string_view kAnyOrigin = "*";

bool is_listed(const std::vector<std::string>& origins, std::string_view origin) {
  return std::any_of(origins.begin(), origins.end(),
                     [&](const auto& each) { return each == kAnyOrigin || each == origin; });
}

bool any_is_listed(const std::vector<std::string>& origins) {
  return std::find(origins.begin(), origins.end(), kAnyOrigin) != origins.end();
}

}  // namespace

void add_cors_fields(const std::vector<std::string>& origins, std::string_view origin, Response& response) {
  if (origins.empty()) return;
  const bool any = any_is_listed(origins);
  if (!any) response.fields.emplace_back("vary", "Origin");  // caches keep an answer for each origin
  if (origin.empty() || !is_listed(origins, origin)) return;
  response.fields.emplace_back("access-control-allow-origin", any ? kAnyOrigin : origin);
  response.fields.emplace_back("access-control-expose-headers",
                               "x-request-id, retry-after, x-embedding-rows, x-embedding-dimension, "
                               "x-embedding-model, x-total-tokens, x-truncated-inputs");
}

std::optional<Response> preflight(const std::vector<std::string>& origins, const Request& request,
                                  const std::string& methods) {
  const bool asks = request.method == "OPTIONS" && !request.field("access-control-request-method").empty();
  const auto origin = request.field("origin");
  if (!asks || methods.empty() || origin.empty() || !is_listed(origins, origin)) return std::nullopt;
  Response response;
  response.content_type = {};
  response.fields = {
      {"access-control-allow-methods", methods},
      {"access-control-allow-headers",
       "authorization, x-api-key, api-key, content-type, accept, x-request-id, x-request-timeout-ms, x-priority, "
       "traceparent, tracestate"},
      {"access-control-max-age", "600"},
  };
  return response;
}

}  // namespace akidb::embedding::server
