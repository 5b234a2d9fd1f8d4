#include "fuzz/server_bodies.hpp"
#include "server/grpc/test_grpc_server.hpp"

namespace akidb::embedding::test {
namespace {

const server::TestGrpcServer& started() {
  static server::TestGrpcServer* const server = [] {  // its threads end with the process
    auto* const made = new server::TestGrpcServer();
    made->start();
    return made;
  }();
  return *server;
}

}  // namespace

std::string fuzz_grpc_message(std::string_view bytes) {
  using enum ::grpc::StatusCode;
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos || bytes.front() != '/') return {};
  const std::string path(bytes.substr(0, end));
  for (const char c : path) {
    if (c < '!' || c > '~') return {};  // the client's own library refuses these
  }
  const auto status = started().status_of(path, {}, bytes.substr(end + 1));
  switch (status.error_code()) {
    case OK:
    case INVALID_ARGUMENT:
    case NOT_FOUND:
    case UNIMPLEMENTED:
    case FAILED_PRECONDITION: return {};
    default: return "status " + std::to_string(status.error_code()) + ": " + status.error_message();
  }
}

}  // namespace akidb::embedding::test
