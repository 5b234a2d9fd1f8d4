// An HTTP request that has arrived in full.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace akidb::embedding::server {

struct Request {
  std::string method;
  std::string target;  // as it came
  std::string path;    // percent-decoded, without the query
  bool keep_alive = false;
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::string body;  // has kBodyPadding bytes of room behind it, for the JSON parser

  // The first field of that name (in lower case); empty where there is none.
  [[nodiscard]] std::string_view field(std::string_view name) const noexcept;
};

inline constexpr std::size_t kBodyPadding = 64;

// The path of a request target (origin or absolute form), percent-decoded, in UTF-8. Empty where it is malformed.
std::string path_of(std::string_view target);

}  // namespace akidb::embedding::server
