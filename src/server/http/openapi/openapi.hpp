// The routes as OpenAPI 3.1 describes them: openapi.json, which CMake puts into the program.
#pragma once

#include <string_view>

namespace akidb::embedding::server {

std::string_view openapi_json() noexcept;

}  // namespace akidb::embedding::server
