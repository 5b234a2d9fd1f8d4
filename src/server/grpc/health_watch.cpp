#include "server/grpc/health_watch.hpp"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include "grpc/health/v1/health.pb.h"
#include "server/grpc/status.hpp"
#include "server/grpc/unix_socket.hpp"

namespace akidb::embedding::server {
namespace {

namespace health = ::grpc::health::v1;

health::HealthCheckResponse::ServingStatus wire_status(Health state) {
  switch (state) {
    case Health::serving: return health::HealthCheckResponse::SERVING;
    case Health::not_serving: return health::HealthCheckResponse::NOT_SERVING;
    case Health::unknown_name: break;
  }
  return health::HealthCheckResponse::SERVICE_UNKNOWN;
}

}  // namespace

void HealthWatch::begin() {
  const std::lock_guard lock(mutex_);
  std::string caller = context_.peer();
  if (const auto problem = shared_.gate.turned_away({host_of(context_), {}, true}, caller)) {
    shared_.service.metrics().refused(problem->reason).add();
    finish(status_of(Family::own, *problem));
    return;
  }
  StartRead(&buffer_);
}

void HealthWatch::OnReadDone(bool ok) {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  health::HealthCheckRequest request;
  grpc::ProtoBufferReader reader(&buffer_);
  if (!ok || !reader.status().ok() || !request.ParseFromZeroCopyStream(&reader)) {
    finish({grpc::StatusCode::INVALID_ARGUMENT, "expected a message " + request.GetTypeName()});
    return;
  }
  name_ = request.service();
  say_if_new();
}

void HealthWatch::say_if_new() {
  if (finished_ || writing_ || !name_) return;
  const Health state = health_of(shared_.service, *name_);
  if (said_ != state) {
    said_ = state;
    health::HealthCheckResponse response;
    response.set_status(wire_status(state));
    buffer_.Clear();
    grpc::ProtoBufferWriter writer(&buffer_, 64, static_cast<int>(response.ByteSizeLong()));
    response.SerializeToZeroCopyStream(&writer);
    writing_ = true;
    StartWrite(&buffer_);
  } else if (ending_) {
    finish({grpc::StatusCode::UNAVAILABLE, "the server is about to stop"});
  }
}

void HealthWatch::finish(grpc::Status status) {
  finished_ = true;
  counts_.count(status.error_code());
  Finish(std::move(status));
}

void HealthWatch::OnWriteDone(bool ok) {
  const std::lock_guard lock(mutex_);
  writing_ = false;
  if (!finished_ && !ok) return finish(grpc::Status::CANCELLED);
  say_if_new();
}

void HealthWatch::OnCancel() {
  const std::lock_guard lock(mutex_);
  if (!finished_ && !writing_) finish(grpc::Status::CANCELLED);
}

void HealthWatch::state_changed() {
  const std::lock_guard lock(mutex_);
  say_if_new();
}

void HealthWatch::drain() {
  const std::lock_guard lock(mutex_);
  ending_ = true;
  if (!finished_ && !name_) {
    finish({grpc::StatusCode::UNAVAILABLE, "the server is about to stop"});
  } else {
    say_if_new();
  }
}

}  // namespace akidb::embedding::server
