#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "server/app/service_manager.hpp"

namespace akidb::embedding::server {
namespace {

constexpr int kFirstInherited = 3;
constexpr int kMostInherited = 16;

}  // namespace

void notify_service_manager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
  if (path == nullptr || *path == '\0') return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::strlen(path);
  if (length >= sizeof(address.sun_path)) return;
  std::memcpy(address.sun_path, path, length);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract name
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  ::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  ::close(descriptor);
}

std::chrono::milliseconds watchdog_interval() {
  const char* process = std::getenv("WATCHDOG_PID");        // NOLINT(concurrency-mt-unsafe)
  const char* microseconds = std::getenv("WATCHDOG_USEC");  // NOLINT(concurrency-mt-unsafe)
  const bool is_meant = process == nullptr || std::to_string(::getpid()) == process;
  if (microseconds == nullptr || !is_meant) return std::chrono::milliseconds(0);
  return std::chrono::milliseconds(std::strtoll(microseconds, nullptr, 10) / 1'000);
}

std::vector<int> inherited_sockets() {
  const char* process = std::getenv("LISTEN_PID");  // NOLINT(concurrency-mt-unsafe)
  const char* count = std::getenv("LISTEN_FDS");    // NOLINT(concurrency-mt-unsafe)
  if (process == nullptr || count == nullptr || std::to_string(::getpid()) != process) return {};
  std::vector<int> sockets;
  const long number = std::strtol(count, nullptr, 10);
  for (int i = 0; i < number && i < kMostInherited; ++i) {
    ::fcntl(kFirstInherited + i, F_SETFD, FD_CLOEXEC);
    sockets.push_back(kFirstInherited + i);
  }
  return sockets;
}

}  // namespace akidb::embedding::server
