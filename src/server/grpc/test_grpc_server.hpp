// A gRPC server on the hash provider, and a client of it, for tests.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>
#include <grpcpp/support/sync_stream.h>
#include <akidb/embedding/open.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/executor.hpp"
#include "server/grpc/grpc_server.hpp"

namespace akidb::embedding::server {

// Set what is to be different, then start().
struct TestGrpcServer {
  using Setup = std::function<void(grpc::ClientContext& context)>;
  template <class Out, class In>
  using Stream = std::unique_ptr<grpc::ClientReaderWriter<Out, In>>;

  TestGrpcServer() {
    grpc.port = 0;
    api.version = "test";
  }
  ~TestGrpcServer() {
    if (server) server->stop();
  }

  void start(bool with_model = true) {
    service.emplace(options);
    service->models().declare("hash", {"alias"});
    if (with_model) load();
    server.emplace(*service, keys, api, pool, grpc);
    if (const auto started = server->start(); !started) throw std::runtime_error(started.error().message);
    ::grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    channel = ::grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server->port()),
                                          ::grpc::InsecureChannelCredentials(), arguments);
  }

  void load() {
    ProviderOptions model;
    model.provider = ProviderKind::hash;
    auto provider = open(model);
    if (!provider) throw std::runtime_error(provider.error().message);
    service->models().put("hash", *std::move(provider));
    if (server) server->state_changed();
  }

  template <class In, class Out>
  ::grpc::Status call(const char* path, const In& in, Out& out, const Setup& setup = {}) const {
    ::grpc::ClientContext context;
    guard(context);
    if (setup) setup(context);
    return ::grpc::internal::BlockingUnaryCall(
        channel.get(), ::grpc::internal::RpcMethod(path, ::grpc::internal::RpcMethod::NORMAL_RPC), &context, in, &out);
  }

  template <class Out, class In>
  Stream<Out, In> stream(const char* path, ::grpc::ClientContext& context) const {
    guard(context);
    return Stream<Out, In>(::grpc::internal::ClientReaderWriterFactory<Out, In>::Create(
        channel.get(), ::grpc::internal::RpcMethod(path, ::grpc::internal::RpcMethod::BIDI_STREAMING), &context));
  }

  // The status of a call with one message, as bytes, on whatever method.
  ::grpc::Status status_of(const std::string& path, const Setup& setup = {}, std::string_view message = {}) const {
    ::grpc::ClientContext context;
    if (setup) setup(context);
    const auto call = stream<::grpc::ByteBuffer, ::grpc::ByteBuffer>(path.c_str(), context);
    const ::grpc::Slice bytes(message.data(), message.size());
    call->Write(::grpc::ByteBuffer(&bytes, 1));
    call->WritesDone();
    ::grpc::ByteBuffer answer;
    while (call->Read(&answer)) {
    }
    return call->Finish();
  }

  // Only against a hang.
  static void guard(::grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  }

  ServiceOptions options;
  ApiOptions api;
  GrpcServerOptions grpc;
  ApiKeys keys;
  Executor pool{1};
  std::optional<EmbedService> service;
  std::optional<GrpcServer> server;
  std::shared_ptr<::grpc::Channel> channel;
};

}  // namespace akidb::embedding::server
