// gRPC's health checking: the unary call. HealthWatch is the other one.
#include "server/grpc/health.hpp"

#include "grpc/health/v1/health.pb.h"
#include "server/grpc/call.hpp"
#include "server/grpc/families/handlers.hpp"

namespace akidb::embedding::server {

void handle_health_check(const TurnPtr& turn) {
  ::grpc::health::v1::HealthCheckRequest in;
  if (!turn->read(in)) return;
  using Response = ::grpc::health::v1::HealthCheckResponse;
  Response out;
  switch (health_of(turn->call().service(), in.service())) {
    case Health::unknown_name:
      turn->refuse(refusal(ErrorCode::not_found, "service: neither a service nor a model of this server"));
      return;
    case Health::serving: out.set_status(Response::SERVING); break;
    case Health::not_serving: out.set_status(Response::NOT_SERVING); break;
  }
  turn->reply(out);
}

}  // namespace akidb::embedding::server
