// Turn: one message of a call, and the answer that it waits for.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>
#include <akidb/embedding/cancel_token.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/api/api_options.hpp"
#include "server/api/refusal.hpp"
#include "server/api/service.hpp"
#include "server/grpc/method.hpp"

namespace akidb::embedding::server {

class Call;

// Metadata before the first answer.
using Fields = std::vector<std::pair<std::string, std::string>>;

// Lives until its answer is on its way. `reply` and `refuse` may be called on any thread, one of them once.
class Turn {
 public:
  Turn(std::shared_ptr<Call> call, std::uint64_t place, const grpc::ByteBuffer& message)
      : call_(std::move(call)), place_(place), message_(message), bytes_(message_.Length()) {}

  // Whether the bytes were a message of this kind; where not, the turn has been refused.
  bool read(google::protobuf::Message& message);

  void reply(const google::protobuf::Message& answer, Fields fields = {});

  // The status of the method's wire family. Ends the call, after the answers that go before. A stream's message that
  // the server has no room for is tried again later instead.
  void refuse(const Refusal& refusal);

  [[nodiscard]] Call& call() const noexcept { return *call_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::shared_ptr<Call> call_;
  std::uint64_t place_;
  grpc::ByteBuffer message_;
  std::size_t bytes_;
};

}  // namespace akidb::embedding::server
