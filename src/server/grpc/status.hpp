// Refusals as gRPC says them.
#pragma once

#include <grpcpp/support/status.h>

#include "server/api/family.hpp"

namespace akidb::embedding::server {

// Never holds the error's detail.
grpc::Status status_of(Family family, const Refusal& refusal);

}  // namespace akidb::embedding::server
