// A Unix-domain socket as gRPC wants it named, and who comes by it.
#pragma once

#include <grpcpp/generic/async_generic_service.h>

#include <optional>
#include <string>
#include <string_view>

namespace akidb::embedding::server {

// The address of a path for gRPC, which reads it as a URI.
std::string unix_address(const std::string& path);

// Whom a call takes the server for (Visitor::host): on a Unix-domain socket clients say the path, or anything.
std::optional<std::string_view> host_of(const grpc::GenericCallbackServerContext& context);

}  // namespace akidb::embedding::server
