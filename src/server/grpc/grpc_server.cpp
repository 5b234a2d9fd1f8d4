#include "server/grpc/grpc_server.hpp"

#include <google/protobuf/stubs/logging.h>
#include <grpc/grpc.h>
#include <grpc/support/log.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <thread>
#include <unordered_map>

#include "base/log.hpp"
#include "server/api/unix_path.hpp"
#include "server/grpc/call.hpp"
#include "server/grpc/health_watch.hpp"
#include "server/grpc/status.hpp"
#include "server/grpc/tls_credentials.hpp"
#include "server/grpc/unix_socket.hpp"

namespace akidb::embedding::server {
namespace {

constexpr int kStreams = 1'000;           // of a connection; more wait at the client
constexpr int kMetadataBytes = 64 << 10;  // of a call
constexpr int kHandshake = 10'000;        // milliseconds until a connection must have shown what it is
constexpr int kKeepalive = 60'000;        // milliseconds of silence after which a client is asked whether it is there
constexpr int kKeepaliveAnswer = 20'000;  // and for its answer
constexpr int kPingInterval = 10'000;     // clients may ask as often
constexpr std::size_t kReadMemory = std::size_t{512} << 20U;  // of messages that gRPC is reading

// A call that there is no room for.
class Refused final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Refused(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

// gRPC and protobuf print; the library does not.
void quiet_libraries() {
  gpr_set_log_function([](gpr_log_func_args* line) {
    if (line->severity == GPR_LOG_SEVERITY_ERROR) base::log(LogLevel::debug, std::string("gRPC: ") + line->message);
  });
  google::protobuf::SetLogHandler([](google::protobuf::LogLevel, const char*, int, const std::string& message) {
    base::log(LogLevel::debug, "protobuf: " + message);
  });
}

std::string address_of(const GrpcServerOptions& options) {
  const bool is_v6 = options.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port);
}

std::string cannot_listen(const std::string& where) { return "cannot listen for gRPC on " + where; }

Error cannot_listen(const std::string& where, const std::string& advice) {
  return {ErrorCode::unavailable, cannot_listen(where) + ": " + advice, {}, {}};
}

// From a call to its method.
class Dispatch final : public grpc::CallbackGenericService {
 public:
  explicit Dispatch(const CallContext& shared)
      : shared_(shared), unknown_{nullptr, &shared.service.metrics().method("other", Family::own)} {
    for (const auto& method : method_table()) {
      auto& counts = shared.service.metrics().method(std::string(method.path), method.family);
      targets_.emplace(method.path, Target{&method, &counts});
    }
  }

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    const auto found = targets_.find(context->method());
    const Target& target = found == targets_.end() ? unknown_ : found->second;
    if (target.method != nullptr && target.method->shape == Shape::watch) {
      return begin(std::make_shared<HealthWatch>(shared_, *context, *target.counts), *target.counts);
    }
    return begin(std::make_shared<Call>(shared_, *context, target.method, *target.counts), *target.counts);
  }

 private:
  struct Target {
    const Method* method = nullptr;
    MethodMetrics* counts = nullptr;
  };

  template <class Kind>
  grpc::ServerGenericBidiReactor* begin(const std::shared_ptr<Kind>& call, MethodMetrics& counts) {
    if (!shared_.live.add(call)) {
      const auto full = refusal(Reason::overloaded, "the server has too many calls under way");
      shared_.service.metrics().refused(full.reason).add();
      counts.count(grpc::StatusCode::RESOURCE_EXHAUSTED);
      return new Refused(status_of(Family::own, full));
    }
    call->begin();
    return call.get();
  }

  const CallContext& shared_;
  std::unordered_map<std::string_view, Target> targets_;
  Target unknown_;
};

}  // namespace

struct GrpcServer::Parts {
  Parts(EmbedService& service, const ApiKeys& keys, const ApiOptions& api, Executor& pool, GrpcServerOptions given)
      : options(std::move(given)),
        gate(keys, service.rate_limit(), api),
        live(options.calls, service.metrics().grpc_calls),
        shared{service, api, gate, pool, live},
        dispatch(shared) {}

  GrpcServerOptions options;
  Gate gate;
  LiveCalls live;
  CallContext shared;
  Dispatch dispatch;
  std::shared_ptr<TlsCredentials> tls;
  std::unique_ptr<grpc::Server> server;
  std::thread shutdown;
  int port = 0;
};

GrpcServer::GrpcServer(EmbedService& service, const ApiKeys& keys, const ApiOptions& api, Executor& pool,
                       GrpcServerOptions options)
    : parts_(std::make_unique<Parts>(service, keys, api, pool, std::move(options))) {}

GrpcServer::~GrpcServer() { stop(); }

bool GrpcServer::available() noexcept { return true; }

Result<void> GrpcServer::start() {
  auto& parts = *parts_;
  quiet_libraries();
  std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
  if (parts.options.tls.enabled()) {
    parts.tls = std::make_shared<TlsCredentials>(parts.options.tls);
    if (auto loaded = parts.tls->load(); !loaded) return loaded;
    credentials = parts.tls;
  }
  const std::string& path = parts.options.unix_path;
  if (!path.empty()) {  // gRPC takes away a socket that is in its way, whoever listens on it
    if (auto freed = free_unix_path(path, cannot_listen(path)); !freed) return freed;
  }
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address_of(parts.options), credentials, &parts.port);
  if (!path.empty()) builder.AddListeningPort(unix_address(path), credentials);
  builder.RegisterCallbackGenericService(&parts.dispatch);
  builder.SetMaxReceiveMessageSize(static_cast<int>(std::min<std::size_t>(parts.options.message_bytes, INT32_MAX)));
  builder.SetMaxSendMessageSize(-1);
  // Two servers would share the port, and a client would reach either.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A compressed message is as long as it pleases once it is unpacked.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreams);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshake);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepalive);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveAnswer);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingInterval);
  grpc::ResourceQuota quota("akidb-embed");
  quota.Resize(std::max(kReadMemory, 4 * parts.options.message_bytes));
  builder.SetResourceQuota(quota);
  parts.server = builder.BuildAndStart();
  if (parts.server) return {};
  if (parts.port != 0) return cannot_listen(path, "expected a path in a folder that may be written to");
  return cannot_listen(address_of(parts.options),
                       "is the port taken? --grpc-port names another, --no-grpc does without");
}

std::uint16_t GrpcServer::port() const noexcept { return static_cast<std::uint16_t>(parts_->port); }

Result<void> GrpcServer::reload_tls() { return parts_->tls ? parts_->tls->load() : Result<void>(); }

void GrpcServer::state_changed() {
  parts_->live.each([](LiveCall& call) { call.state_changed(); });
}

void GrpcServer::tidy() {
  const auto now = LiveCall::Clock::now();
  parts_->live.each([now](LiveCall& call) { call.check_time(now); });
}

void GrpcServer::drain(std::chrono::milliseconds grace) {
  auto& parts = *parts_;
  if (!parts.server || parts.shutdown.joinable()) return;
  const auto end = std::chrono::system_clock::now() + grace;
  parts.shutdown = std::thread([&parts, end] { parts.server->Shutdown(end); });
  parts.live.each([](LiveCall& call) { call.drain(); });
}

bool GrpcServer::has_calls() const { return parts_->live.size() > 0; }

void GrpcServer::stop() {
  auto& parts = *parts_;
  if (!parts.server) return;
  drain(std::chrono::milliseconds(0));
  grpc_server_cancel_all_calls(parts.server->c_server());  // connections of clients that do not say goodbye, too
  parts.shutdown.join();
  parts.live.wait_until_empty();
  parts.server.reset();
}

}  // namespace akidb::embedding::server
