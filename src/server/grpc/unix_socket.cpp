#include "server/grpc/unix_socket.hpp"

#include "base/ascii.hpp"

namespace akidb::embedding::server {

std::string unix_address(const std::string& path) { return "unix:" + base::escaped_path(path); }

std::optional<std::string_view> host_of(const grpc::GenericCallbackServerContext& context) {
  if (context.peer().starts_with("unix:")) return std::nullopt;
  return context.host();
}

}  // namespace akidb::embedding::server
