// Text Embeddings Inference, tei.v1: the methods that give vectors.
#include "server/grpc/call.hpp"
#include "server/grpc/families/embed_method.hpp"
#include "server/grpc/families/handlers.hpp"
#include "tei/v1/tei.pb.h"

namespace akidb::embedding::server {
namespace {

namespace tei = ::tei::v1;

using std::chrono::nanoseconds;

// A protobuf `truncate` that is not set is false, and TEI takes it so.
template <class Request>
EmbedCall embed_call(const Turn& turn, Request& in) {
  auto call = new_call(turn, 0);
  auto& request = call.request;
  request.inputs.emplace_back(std::move(*in.mutable_inputs()));
  request.truncation =
      truncation_of(turn.call().options(), in.truncate(), in.truncation_direction() == tei::TRUNCATION_DIRECTION_LEFT);
  request.prompt_name = in.prompt_name();
  return call;
}

std::uint64_t in_nanoseconds(std::chrono::microseconds span) {
  return static_cast<std::uint64_t>(nanoseconds(span).count());
}

void write_metadata(const Usage& usage, std::size_t characters, tei::Metadata& out) {
  out.set_compute_chars(static_cast<std::uint32_t>(characters));
  out.set_compute_tokens(static_cast<std::uint32_t>(usage.total_tokens));
  out.set_total_time_ns(in_nanoseconds(usage.duration));
  out.set_tokenization_time_ns(in_nanoseconds(usage.tokenize));
  out.set_queue_time_ns(in_nanoseconds(usage.queue));
  out.set_inference_time_ns(in_nanoseconds(usage.compute));
}

// TEI says the same in the metadata of a unary answer, in milliseconds.
Fields fields_of(const Turn& turn, const Usage& usage, std::size_t characters) {
  if (turn.call().method().shape != Shape::unary) return {};
  const auto milliseconds = [](std::chrono::microseconds span) { return std::to_string(span.count() / 1'000); };
  return {{"x-compute-type", "cpu"},
          {"x-compute-time", milliseconds(usage.duration)},
          {"x-compute-characters", std::to_string(characters)},
          {"x-compute-tokens", std::to_string(usage.total_tokens)},
          {"x-total-time", milliseconds(usage.duration)},
          {"x-tokenization-time", milliseconds(usage.tokenize)},
          {"x-queue-time", milliseconds(usage.queue)},
          {"x-inference-time", milliseconds(usage.compute)}};
}

}  // namespace

void handle_tei_embed(const TurnPtr& turn) {
  tei::EmbedRequest in;
  if (!turn->read(in)) return;
  auto call = embed_call(*turn, in);
  call.request.normalize = !in.has_normalize() || in.normalize() ? Normalize::yes : Normalize::no;
  if (in.has_dimensions()) call.request.dimensions = in.dimensions();
  const auto characters = count_characters(call.request.inputs);
  run_embed(turn, std::move(call), [characters](const BatchEmbeddingResponse& vectors, Turn& to) {
    tei::EmbedResponse out;
    const auto row = vectors.embeddings.row(0);
    out.mutable_embeddings()->Add(row.begin(), row.end());
    write_metadata(vectors.usage, characters, *out.mutable_metadata());
    to.reply(out, fields_of(to, vectors.usage, characters));
  });
}

void handle_tei_embed_all(const TurnPtr& turn) {
  tei::EmbedAllRequest in;
  if (!turn->read(in)) return;
  auto call = embed_call(*turn, in);
  call.request.output = Output::tokens;
  const auto characters = count_characters(call.request.inputs);
  run_embed(turn, std::move(call), [characters](const BatchEmbeddingResponse& vectors, Turn& to) {
    tei::EmbedAllResponse out;
    for (std::size_t i = 0; i < vectors.embeddings.rows(); ++i) {
      const auto row = vectors.embeddings.row(i);
      out.add_token_embeddings()->mutable_embeddings()->Add(row.begin(), row.end());
    }
    write_metadata(vectors.usage, characters, *out.mutable_metadata());
    to.reply(out, fields_of(to, vectors.usage, characters));
  });
}

}  // namespace akidb::embedding::server
