#include "server/grpc/turn.hpp"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include "base/guard_memory.hpp"
#include "server/grpc/call.hpp"

namespace akidb::embedding::server {

bool Turn::read(google::protobuf::Message& message) {
  const auto parsed = base::guard_memory("read the message", [&]() -> Result<void> {
    grpc::ProtoBufferReader reader(&message_);
    if (reader.status().ok() && message.ParseFromZeroCopyStream(&reader)) return {};
    return Error{
        ErrorCode::invalid_argument, "expected a message " + message.GetTypeName() + ", with texts in UTF-8", {}, {}};
  });
  message_.Clear();
  if (!parsed) {
    const bool is_malformed = parsed.error().code == ErrorCode::invalid_argument;
    refuse({parsed.error(), is_malformed ? Reason::malformed : Reason::none, std::chrono::seconds(0)});
  }
  return parsed.has_value();
}

void Turn::reply(const google::protobuf::Message& answer, Fields fields) {
  grpc::ByteBuffer bytes;
  const auto written = base::guard_memory("write the answer", [&]() -> Result<void> {
    const std::size_t size = answer.ByteSizeLong();
    if (size > static_cast<std::size_t>(INT32_MAX)) {
      return Error{ErrorCode::resource_exhausted, "the answer has more than 2 GiB: send fewer inputs at once", {}, {}};
    }
    if (size == 0) {
      const grpc::Slice nothing;
      bytes = grpc::ByteBuffer(&nothing, 1);
      return {};
    }
    constexpr int kChunk = 1 << 20;
    grpc::ProtoBufferWriter writer(&bytes, kChunk, static_cast<int>(size));
    if (answer.SerializeToZeroCopyStream(&writer)) return {};
    return Error{ErrorCode::internal, "the answer could not be written", {}, {}};
  });
  if (written) {
    call_->answer(place_, bytes, std::move(fields));
  } else {
    refuse({written.error(), Reason::none, std::chrono::seconds(0)});
  }
}

void Turn::refuse(const Refusal& refusal) { call_->refuse(place_, refusal); }

}  // namespace akidb::embedding::server
