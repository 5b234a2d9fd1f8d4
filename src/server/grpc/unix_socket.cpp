#include "server/grpc/unix_socket.hpp"

namespace akidb::embedding::server {

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
