// Gate: who may come in, the same at every door.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/api/access.hpp"
#include "server/api/api_options.hpp"
#include "server/api/rate_limit.hpp"
#include "server/api/refusal.hpp"

namespace akidb::embedding::server {

// What a request shows at the door.
struct Visitor {
  // Whom it takes the server for: Host, or :authority; a port behind it does not matter. Nothing where it came by a
  // Unix-domain socket, which no web page can open and which has no name to mistake.
  std::optional<std::string_view> host;
  std::string_view key;  // empty: none
  bool open = false;     // asks for what needs no key
};

// Thread-safe. All references must outlive it.
class Gate {
 public:
  Gate(const ApiKeys& keys, RateLimit& rate_limit, const ApiOptions& options)
      : keys_(keys), rate_limit_(rate_limit), options_(options) {}

  // Why the visitor may not enter; nothing where it may. `caller`, whom fairness is between, is the connection's name
  // at first, and becomes the key's where the visitor shows one that it needs.
  std::optional<Refusal> turned_away(const Visitor& visitor, std::string& caller) const;

 private:
  [[nodiscard]] bool goes_by(std::string_view host) const;

  const ApiKeys& keys_;
  RateLimit& rate_limit_;
  const ApiOptions& options_;
};

// The key of "Bearer KEY"; empty where the field is something else.
std::string_view bearer_key(std::string_view authorization);

}  // namespace akidb::embedding::server
