// The table of routes: data that dispatch, metrics, documentation and tests read.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/api/family.hpp"
#include "server/http/exchange.hpp"

namespace akidb::embedding::server {

struct Route {
  std::string_view method;
  std::string_view path;  // may hold one {model}, which stands for any text, slashes included
  Family family;
  bool open;  // without a key, even where keys are set
  void (*handle)(const ExchangePtr& exchange);
};

std::span<const Route> route_table() noexcept;

// Whether the path is the route's; what {model} stands for goes to `captured`.
bool matches(const Route& route, std::string_view path, std::string& captured);

}  // namespace akidb::embedding::server
