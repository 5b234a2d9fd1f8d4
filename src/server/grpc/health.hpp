// Health as gRPC asks for it: by the name of a service or of a model, or for the whole server.
#pragma once

#include <cstdint>
#include <string_view>

#include "server/api/service.hpp"

namespace akidb::embedding::server {

enum class Health : std::uint8_t { unknown_name, serving, not_serving };

// Services that no model here has a head for are not serving.
Health health_of(const EmbedService& service, std::string_view name);

}  // namespace akidb::embedding::server
