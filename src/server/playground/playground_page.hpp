// The playground: one page without outside assets, to try the server from a browser.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace akidb::embedding::server {

struct PlaygroundPage {
  std::string_view html;
  std::string_view content_security_policy;  // lets this page's own style and script run, and nothing else
  std::string_view etag;
};

const PlaygroundPage& playground_page() noexcept;

// The header fields that go with the page, its Content-Type aside.
std::array<std::pair<std::string_view, std::string_view>, 7> playground_fields() noexcept;

}  // namespace akidb::embedding::server
