#include "server/grpc/status.hpp"

namespace akidb::embedding::server {

grpc::Status status_of(Family family, const Refusal& refusal) {
  return {static_cast<grpc::StatusCode>(grpc_code(family, refusal)), refusal.error.message};
}

}  // namespace akidb::embedding::server
