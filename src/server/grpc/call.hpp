// Call: one call of a client, whatever its method: its messages in, their answers out in the same order.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/generic/async_generic_service.h>

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "server/api/gate.hpp"
#include "server/grpc/live_calls.hpp"
#include "server/grpc/turn.hpp"

namespace akidb::embedding {
class Executor;
}

namespace akidb::embedding::server {

// What all calls of a server share. Must outlive them.
struct CallContext {
  EmbedService& service;
  const ApiOptions& options;
  const Gate& gate;
  Executor& pool;  // for messages that are too long for gRPC's own threads
  LiveCalls& live;
};

// The next message is read when there is room for it: at most the method's window, and a bound in bytes, are read and
// not yet answered, so that a client is not heard faster than its answers are made and taken.
class Call final : public grpc::ServerGenericBidiReactor, public LiveCall, public std::enable_shared_from_this<Call> {
 public:
  // `method` is null where there is none of that path. The context lives until OnDone.
  Call(const CallContext& shared, grpc::GenericCallbackServerContext& context, const Method* method,
       MethodMetrics& counts);

  // Looks at who calls; then reads, or refuses. Once.
  void begin();

  // For turns, on any thread.
  void answer(std::uint64_t place, const grpc::ByteBuffer& bytes, Fields fields);
  void refuse(std::uint64_t place, const Refusal& refusal);

  void drain() override;
  void check_time(Clock::time_point now) override;

  // What the client sent beside its messages; empty where it is not there.
  [[nodiscard]] std::string_view metadata(std::string_view name) const;

  [[nodiscard]] EmbedService& service() const noexcept { return shared_.service; }
  [[nodiscard]] const ApiOptions& options() const noexcept { return shared_.options; }
  [[nodiscard]] const Method& method() const noexcept { return *method_; }
  // Adds to what is told of the call.
  void count(const BatchEmbeddingResponse& response);

  [[nodiscard]] const TraceContext& trace() const noexcept { return trace_; }
  [[nodiscard]] const std::string& caller() const noexcept { return caller_; }
  [[nodiscard]] const CancelToken& cancel() const noexcept { return cancel_; }
  [[nodiscard]] std::optional<Clock::time_point> deadline() const noexcept { return deadline_; }

 private:
  enum class State : std::uint8_t { working, parked, answered, refused };
  struct Slot {
    State state = State::working;
    bool counted = false;      // by the rate of the caller's key
    grpc::ByteBuffer message;  // of a stream, in case it has to be tried again
    std::size_t bytes = 0;
    grpc::ByteBuffer answer;
    Admission::Unsent unsent;
    Fields fields;
    Refusal refusal;
  };

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  [[nodiscard]] bool is_stream() const noexcept { return method_ != nullptr && method_->shape == Shape::streaming; }
  [[nodiscard]] std::string_view key() const;
  Slot& slot(std::uint64_t place) { return slots_[static_cast<std::size_t>(place - first_)]; }

  // All of these with the lock held.
  void advance();
  void write_next();
  void finish(const Refusal* refusal);
  void tell(int code, std::string_view error) const;
  [[nodiscard]] bool has_room() const;
  void park(std::uint64_t place, std::chrono::milliseconds pause);

  // Without the lock.
  void work_on(std::uint64_t place, const grpc::ByteBuffer& message, bool counted);
  void handle(const TurnPtr& turn);
  void retry(std::size_t most);

  const CallContext& shared_;
  grpc::GenericCallbackServerContext& context_;
  const Method* method_;
  MethodMetrics& counts_;
  CancelToken cancel_ = CancelToken::create();
  std::string caller_;
  std::string request_id_;
  TraceContext trace_;
  Work work_;
  bool has_key_ = false;
  std::optional<Clock::time_point> deadline_;

  std::mutex mutex_;
  std::deque<Slot> slots_;   // of messages that were read and whose answers are not on their way
  std::uint64_t first_ = 0;  // the place of the first slot
  std::size_t working_ = 0;
  std::size_t parked_ = 0;
  std::size_t bytes_ = 0;
  grpc::ByteBuffer incoming_;
  grpc::ByteBuffer outgoing_;
  Admission::Unsent unsent_;  // of what goes out
  std::optional<Refusal> failure_;
  bool reading_ = false;
  bool writing_ = false;
  bool input_ended_ = false;
  bool cancelled_ = false;
  bool draining_ = false;
  bool finished_ = false;
  bool done_ = false;  // the context is no more
  const Clock::time_point begin_;
  Clock::time_point write_begin_;
  std::unique_ptr<grpc::Alarm> alarm_;  // set while a parked message waits for it
};

}  // namespace akidb::embedding::server
