#include "server/grpc/call.hpp"

#include <algorithm>

#include "base/executor.hpp"
#include "base/guard_memory.hpp"
#include "base/log.hpp"
#include "server/api/request_id.hpp"
#include "server/grpc/status.hpp"
#include "server/grpc/unix_socket.hpp"

namespace akidb::embedding::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kInline = 16U << 10U;  // longer messages go to the pool
constexpr std::size_t kBytes = 8U << 20U;    // of a call's messages and answers, when it reads no more
constexpr milliseconds kPause{20};           // before a message that there was no room for is tried again
constexpr seconds kPatience{60};             // with a client that neither sends its message nor takes its answer
constexpr seconds kCloggedPatience{1};       // the same, while too many bytes wait for slow readers

std::string_view view(const grpc::string_ref& text) { return {text.data(), text.size()}; }

// Of the client's deadline on the wall clock.
std::optional<LiveCall::Clock::time_point> steady(std::chrono::system_clock::time_point deadline) {
  if (deadline == std::chrono::system_clock::time_point::max()) return std::nullopt;
  return LiveCall::Clock::now() +
         std::chrono::duration_cast<LiveCall::Clock::duration>(deadline - std::chrono::system_clock::now());
}

}  // namespace

Call::Call(const CallContext& shared, grpc::GenericCallbackServerContext& context, const Method* method,
           MethodMetrics& counts)
    : shared_(shared), context_(context), method_(method), counts_(counts), begin_(Clock::now()) {}

std::string_view Call::metadata(std::string_view name) const {
  const auto& all = context_.client_metadata();
  const auto found = all.find(grpc::string_ref(name.data(), name.size()));
  return found == all.end() ? std::string_view() : view(found->second);
}

std::string_view Call::key() const {
  if (const auto key = bearer_key(metadata("authorization")); !key.empty()) return key;
  const auto key = metadata("x-api-key");
  return key.empty() ? metadata("api-key") : key;
}

void Call::begin() {
  const std::lock_guard lock(mutex_);
  caller_ = context_.peer();
  const std::string peer = caller_;
  deadline_ = steady(context_.deadline());
  request_id_ = request_id_from(metadata("x-request-id"));
  trace_ = service().requests().trace_of(metadata("traceparent"), metadata("tracestate"));
  context_.AddInitialMetadata("x-request-id", request_id_);
  failure_ = shared_.gate.turned_away({host_of(context_), key(), method_ != nullptr && method_->open}, caller_);
  has_key_ = caller_ != peer;
  if (!failure_ && method_ == nullptr) failure_ = refusal(Reason::no_route, "no such method");
  advance();
}

void Call::OnReadDone(bool ok) {
  std::uint64_t place = 0;
  bool counted = false;
  grpc::ByteBuffer message;
  {
    const std::lock_guard lock(mutex_);
    reading_ = false;
    if (!ok || finished_) {
      input_ended_ = true;
      cancelled_ = cancelled_ || context_.IsCancelled();
      advance();
      return;
    }
    place = first_ + slots_.size();
    message.Swap(&incoming_);
    auto& added = slots_.emplace_back();
    added.bytes = message.Length();
    added.counted = counted = place == 0 || !has_key_;  // the first was counted when the call began
    if (is_stream()) added.message = message;           // its slices are shared
    input_ended_ = !is_stream();
    ++working_;
    bytes_ += added.bytes;
    advance();
  }
  work_on(place, message, counted);
}

// Each message of a stream counts as a request.
void Call::work_on(std::uint64_t place, const grpc::ByteBuffer& message, bool counted) {
  if (!counted) {
    if (const auto wait = shared_.service.rate_limit().take(caller_)) {
      return refuse(place, refusal(Reason::rate_limited, "this API key has made its requests of this minute", *wait));
    }
    const std::lock_guard lock(mutex_);
    slot(place).counted = true;
  }
  auto turn = std::make_shared<Turn>(shared_from_this(), place, message);
  if (turn->bytes() <= kInline) {
    handle(turn);
  } else {
    shared_.pool.post([turn = std::move(turn)] { turn->call().handle(turn); });
  }
}

void Call::handle(const TurnPtr& turn) {
  const auto handled = base::guard_memory("handle the request", [&]() -> Result<void> {
    method_->handle(turn);
    return {};
  });
  if (!handled) turn->refuse({handled.error(), Reason::none, seconds(1)});
}

void Call::answer(std::uint64_t place, const grpc::ByteBuffer& bytes, Fields fields) {
  bool try_again = false;
  {
    const std::lock_guard lock(mutex_);
    auto& mine = slot(place);
    mine.state = State::answered;
    mine.message.Clear();
    bytes_ += bytes.Length();
    mine.bytes += bytes.Length();
    mine.unsent = Admission::Unsent(service().admission(), bytes.Length());
    mine.answer = bytes;  // its slices are shared
    mine.fields = std::move(fields);
    --working_;
    try_again = parked_ > 0;
    advance();
  }
  if (try_again) retry(2);  // there is room again, perhaps for more than one
}

void Call::refuse(std::uint64_t place, const Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  --working_;
  if (is_stream() && !cancelled_ && !failure_) {
    if (refusal.reason == Reason::overloaded) return park(place, kPause);
    if (refusal.reason == Reason::rate_limited) return park(place, refusal.retry_after);
  }
  auto& mine = slot(place);
  mine.state = State::refused;
  mine.refusal = refusal;
  advance();
}

void Call::park(std::uint64_t place, milliseconds pause) {
  slot(place).state = State::parked;
  ++parked_;
  if (alarm_) return;
  alarm_ = std::make_unique<grpc::Alarm>();
  alarm_->Set(std::chrono::system_clock::now() + pause, [weak = weak_from_this()](bool on_time) {
    const auto self = weak.lock();
    if (!self || !on_time) return;
    {
      const std::lock_guard lock(self->mutex_);
      self->alarm_.reset();
    }
    self->retry(1);
  });
}

void Call::retry(std::size_t most) {
  for (std::size_t i = 0; i < most; ++i) {
    std::uint64_t place = 0;
    bool counted = false;
    grpc::ByteBuffer message;
    {
      const std::lock_guard lock(mutex_);
      if (cancelled_ || failure_ || finished_) return;
      const auto found =
          std::find_if(slots_.begin(), slots_.end(), [](const Slot& each) { return each.state == State::parked; });
      if (found == slots_.end()) return;
      place = first_ + static_cast<std::uint64_t>(found - slots_.begin());
      found->state = State::working;
      message = found->message;
      counted = found->counted;
      --parked_;
      ++working_;
    }
    work_on(place, message, counted);
  }
}

bool Call::has_room() const {
  return parked_ == 0 && (slots_.empty() || (slots_.size() < method_->window && bytes_ < kBytes));
}

// What can be done next is begun. gRPC never calls back on the thread that begins something, so the lock may be held.
void Call::advance() {
  if (finished_) return;
  if (!writing_ && !failure_ && !cancelled_) write_next();
  if (finished_ || (working_ > 0 && (cancelled_ || failure_))) return;
  if (cancelled_ || failure_) {
    if (!writing_) finish(failure_ ? &*failure_ : nullptr);
    return;
  }
  if (slots_.empty() && !writing_) {
    if (input_ended_ && !is_stream()) {
      const auto nothing = refusal(Reason::malformed, "expected a message");
      return finish(&nothing);
    }
    if (input_ended_) return finish(nullptr);
    if (draining_) {
      const auto stopping = refusal(Reason::draining, "the server is about to stop", seconds(1));
      return finish(&stopping);
    }
  }
  if (!reading_ && !input_ended_ && !draining_ && has_room()) {
    reading_ = true;
    StartRead(&incoming_);
  }
}

void Call::write_next() {
  if (slots_.empty()) return;
  auto& next = slots_.front();
  if (next.state == State::refused) {
    failure_ = std::move(next.refusal);
    cancel_.cancel();  // what comes behind it has nobody to go to
    return;
  }
  if (next.state != State::answered) return;
  for (const auto& [name, value] : next.fields) context_.AddInitialMetadata(name, value);
  outgoing_ = next.answer;
  unsent_ = std::move(next.unsent);
  bytes_ -= next.bytes;
  slots_.pop_front();
  ++first_;
  writing_ = true;
  write_begin_ = Clock::now();
  if (is_stream()) {
    StartWrite(&outgoing_);
  } else {
    finished_ = true;
    counts_.count(grpc::StatusCode::OK);
    tell(grpc::StatusCode::OK, {});
    StartWriteAndFinish(&outgoing_, grpc::WriteOptions(), grpc::Status::OK);
  }
}

void Call::finish(const Refusal* refusal) {
  finished_ = true;
  grpc::Status status;
  if (cancelled_) {
    const bool late = deadline_ && Clock::now() >= *deadline_;
    status = {late ? grpc::StatusCode::DEADLINE_EXCEEDED : grpc::StatusCode::CANCELLED, ""};
  } else if (refusal != nullptr) {
    status = status_of(method_ != nullptr ? method_->family : Family::own, *refusal);
    if (refusal->retry_after.count() > 0) {
      context_.AddTrailingMetadata("retry-after", std::to_string(refusal->retry_after.count()));
    }
    auto& metrics = shared_.service.metrics();
    if (refusal->reason != Reason::none) metrics.refused(refusal->reason).add();
    metrics.failed(refusal->error.code).add();
    if (refusal->error.code == ErrorCode::internal || !refusal->error.detail.empty()) {
      base::log(LogLevel::warning, "request " + request_id_ + ": " + to_string(refusal->error));
    }
  }
  counts_.count(status.error_code());
  tell(status.error_code(), refusal != nullptr ? error_code_info(refusal->error.code).name : std::string_view());
  Finish(status);
}

void Call::count(const BatchEmbeddingResponse& response) {
  const std::lock_guard lock(mutex_);
  work_.add(response);
}

void Call::tell(int code, std::string_view error) const {
  if (!service().requests().enabled()) return;
  RequestRecord record;
  record.door = "grpc";
  if (method_ != nullptr) record.route = method_->path;
  record.status = code;
  record.is_server_fault = code == grpc::StatusCode::INTERNAL || code == grpc::StatusCode::DATA_LOSS ||
                           code == grpc::StatusCode::UNKNOWN || code == grpc::StatusCode::UNAVAILABLE;
  record.error = error;
  record.id = request_id_;
  record.caller = caller_;
  record.trace = trace_;
  record.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin_);
  record.begin = std::chrono::system_clock::now() - record.duration;
  record.work = work_;
  service().requests().tell(record);
}

void Call::OnWriteDone(bool /*ok*/) {  // where it is not, the client is gone, and OnCancel says so
  const std::lock_guard lock(mutex_);
  writing_ = false;
  outgoing_.Clear();
  unsent_ = {};
  advance();
}

void Call::OnCancel() {
  cancel_.cancel();
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  advance();
}

void Call::OnDone() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  shared_.live.remove(this);
}

void Call::drain() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
  advance();
}

void Call::check_time(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (cancelled_ || done_) return;
  if (writing_) {
    const auto patience = service().admission().is_clogged() ? kCloggedPatience : kPatience;
    if (now - write_begin_ > patience) context_.TryCancel();
  } else if (!finished_ && reading_ && first_ == 0 && slots_.empty() && now - begin_ > kPatience) {
    failure_ = refusal(Reason::slow_client, "expected a message within " + std::to_string(kPatience.count()) + " s");
    advance();
  }
}

}  // namespace akidb::embedding::server
