#include "server/grpc/unix_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace akidb::embedding::server {

bool has_unix_listener(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return false;  // nor can gRPC listen there
  path.copy(address.sun_path, path.size());
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  const bool listens = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  ::close(probe);
  return listens;
}

std::string unix_address(const std::string& path) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string address = "unix:";
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      address += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    address += '%';
    address += kDigits[byte >> 4U];
    address += kDigits[byte & 15U];
  }
  return address;
}

std::optional<std::string_view> host_of(const grpc::GenericCallbackServerContext& context) {
  if (context.peer().starts_with("unix:")) return std::nullopt;
  return context.host();
}

}  // namespace akidb::embedding::server
