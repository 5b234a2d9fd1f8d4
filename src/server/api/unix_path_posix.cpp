#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

#include "server/api/unix_path.hpp"

namespace akidb::embedding::server {
namespace {

constexpr std::size_t kMostBytes = sizeof(sockaddr_un::sun_path) - 1;

// The system's code of a connection there. It must not wait: a server that is stuck does not accept.
int connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, kMostBytes);
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return errno;
  const bool is_connected = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  const int code = is_connected ? 0 : errno;
  ::close(probe);
  return code;
}

}  // namespace

Result<void> free_unix_path(const std::string& path, const std::string& what) {
  if (path.size() > kMostBytes) {
    return Error{ErrorCode::invalid_argument,
                 what + ": expected a path of at most " + std::to_string(kMostBytes) + " bytes, got " +
                     std::to_string(path.size()),
                 {},
                 {}};
  }
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return {};  // nothing is there, or listening says why it cannot be looked at
  if (!S_ISSOCK(status.st_mode)) {
    return Error{ErrorCode::invalid_argument, what + ": what is there is no socket, and stays", {}, {}};
  }
  if (connect_to(path) != ECONNREFUSED) return Error{ErrorCode::unavailable, what + ": another server does", {}, {}};
  ::unlink(path.c_str());
  return {};
}

}  // namespace akidb::embedding::server
