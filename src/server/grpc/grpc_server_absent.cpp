#include "server/grpc/grpc_server.hpp"

namespace akidb::embedding::server {

struct GrpcServer::Parts {};

GrpcServer::GrpcServer(EmbedService& /*service*/, const ApiKeys& /*keys*/, const ApiOptions& /*api*/,
                       Executor& /*pool*/, GrpcServerOptions /*options*/) {}
GrpcServer::~GrpcServer() = default;

bool GrpcServer::available() noexcept { return false; }
Result<void> GrpcServer::start() {
  return Error{ErrorCode::unsupported, "this build has no gRPC", "AKIDB_EMBEDDING_GRPC is off", {}};
}
std::uint16_t GrpcServer::port() const noexcept { return 0; }
Result<void> GrpcServer::reload_tls() { return {}; }
void GrpcServer::state_changed() {}
void GrpcServer::tidy() {}
void GrpcServer::drain(std::chrono::milliseconds /*grace*/) {}
bool GrpcServer::has_calls() const { return false; }
void GrpcServer::stop() {}

}  // namespace akidb::embedding::server
