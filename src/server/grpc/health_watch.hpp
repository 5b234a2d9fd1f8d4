// HealthWatch: a call that is told the state of a service or a model, now and whenever it changes.
#pragma once

#include <grpcpp/generic/async_generic_service.h>

#include <mutex>
#include <optional>
#include <string>

#include "server/grpc/call.hpp"
#include "server/grpc/health.hpp"
#include "server/grpc/live_calls.hpp"

namespace akidb::embedding::server {

class HealthWatch final : public grpc::ServerGenericBidiReactor, public LiveCall {
 public:
  HealthWatch(const CallContext& shared, grpc::GenericCallbackServerContext& context, MethodMetrics& counts)
      : shared_(shared), context_(context), counts_(counts) {}

  void begin();
  void drain() override;
  void state_changed() override;

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override { shared_.live.remove(this); }

  // With the lock held.
  void say_if_new();
  void finish(grpc::Status status);

  const CallContext& shared_;
  grpc::GenericCallbackServerContext& context_;
  MethodMetrics& counts_;
  std::mutex mutex_;
  grpc::ByteBuffer buffer_;
  std::optional<std::string> name_;  // after it was read
  std::optional<Health> said_;
  bool writing_ = false;
  bool ending_ = false;
  bool finished_ = false;
};

}  // namespace akidb::embedding::server
