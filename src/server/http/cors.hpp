// CORS: which pages of other origins a browser lets read the answers.
#pragma once

#include <akidb/embedding/result.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/protocol/request.hpp"
#include "server/http/protocol/response.hpp"

namespace akidb::embedding::server {

// Adds to an answer what lets a page of the request's origin read it, where that origin is listed ("*" lists all).
// Cookies and the like are never allowed: keys travel in fields that a page sets itself.
void add_cors_fields(const std::vector<std::string>& origins, std::string_view origin, Response& response);

// A browser's question whether a page may send its request: such a question carries no key. `methods` are those of
// the path, with commas. Nothing where it is no such question, or the origin is not listed.
std::optional<Response> preflight(const std::vector<std::string>& origins, const Request& request,
                                  const std::string& methods);

}  // namespace akidb::embedding::server
