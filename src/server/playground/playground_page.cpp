#include "server/playground/playground_page.hpp"

namespace akidb::embedding::server {

std::array<std::pair<std::string_view, std::string_view>, 7> playground_fields() noexcept {
  const auto& page = playground_page();
  return {{
      {"content-security-policy", page.content_security_policy},
      {"x-content-type-options", "nosniff"},
      {"referrer-policy", "no-referrer"},
      {"cross-origin-opener-policy", "same-origin"},
      {"cross-origin-resource-policy", "same-origin"},
      {"cache-control", "no-cache"},
      {"etag", page.etag},
  }};
}

}  // namespace akidb::embedding::server
