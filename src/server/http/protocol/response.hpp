// An HTTP response, and its head as bytes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace akidb::embedding::server {

struct Response {
  int status = 200;
  std::string_view content_type = "application/json";  // of static storage; empty: none
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
};

std::string_view reason_phrase(int status) noexcept;

// Status line and header fields, with the empty line.
std::string response_head(const Response& response, bool keep_alive);

// "Tue, 24 Nov 2026 23:44:25 GMT", of now.
std::string http_date();

}  // namespace akidb::embedding::server
