// The Open Inference Protocol, version 2 (KServe, Triton): texts as BYTES in, vectors as FP32 out.
#include <bit>

#include "inference/inference.pb.h"
#include "server/api/bytes_tensor.hpp"
#include "server/grpc/call.hpp"
#include "server/grpc/families/embed_method.hpp"
#include "server/grpc/families/handlers.hpp"

namespace akidb::embedding::server {
namespace {

constexpr const char* kInput = "text";
constexpr const char* kOutput = "embedding";
constexpr const char* kVersion = "1";

Refusal wrong(std::string message) { return refusal(ErrorCode::invalid_argument, std::move(message)); }

std::optional<Refusal> read_tensor(::inference::ModelInferRequest& in, std::vector<Input>& out) {
  if (in.inputs_size() != 1) return wrong("inputs: expected one tensor of texts");
  auto& tensor = *in.mutable_inputs(0);
  if (tensor.datatype() != "BYTES") return wrong("inputs[0].datatype: expected BYTES");
  if (in.raw_input_contents_size() > 1) return wrong("raw_input_contents: expected one, for the one tensor");
  if (in.raw_input_contents_size() == 1) {
    if (!append_bytes_tensor(in.raw_input_contents(0), out)) {
      return wrong("raw_input_contents[0]: expected each text behind its length in 32 bits");
    }
  } else {
    for (auto& text : *tensor.mutable_contents()->mutable_bytes_contents()) out.emplace_back(std::move(text));
  }
  std::uint64_t elements = 1;
  for (const auto size : tensor.shape()) elements *= static_cast<std::uint64_t>(std::max<std::int64_t>(size, 0));
  if (tensor.shape_size() > 0 && elements != out.size()) {
    return wrong("inputs[0].shape: expected as many elements as there are texts");
  }
  return std::nullopt;
}

void write(const BatchEmbeddingResponse& vectors, bool raw, ::inference::ModelInferResponse& out) {
  static_assert(std::endian::native == std::endian::little, "rows are sent as they lie in memory");
  const auto& rows = vectors.embeddings;
  const auto values = rows.values();
  out.set_model_name(vectors.model);
  out.set_model_version(kVersion);
  auto& tensor = *out.add_outputs();
  tensor.set_name(kOutput);
  tensor.set_datatype("FP32");
  tensor.add_shape(static_cast<std::int64_t>(rows.rows()));
  tensor.add_shape(static_cast<std::int64_t>(rows.dimension()));
  if (raw) {
    out.add_raw_output_contents(values.data(), values.size_bytes());
  } else {
    tensor.mutable_contents()->mutable_fp32_contents()->Add(values.begin(), values.end());
  }
}

}  // namespace

void handle_server_live(const TurnPtr& turn) {
  ::inference::ServerLiveRequest in;
  if (!turn->read(in)) return;
  ::inference::ServerLiveResponse out;
  out.set_live(true);
  turn->reply(out);
}

void handle_server_ready(const TurnPtr& turn) {
  ::inference::ServerReadyRequest in;
  if (!turn->read(in)) return;
  ::inference::ServerReadyResponse out;
  out.set_ready(turn->call().service().ready());
  turn->reply(out);
}

void handle_model_ready(const TurnPtr& turn) {
  ::inference::ModelReadyRequest in;
  if (!turn->read(in)) return;
  const auto found = turn->call().service().find_model(in.name());
  if (!found.model && found.refusal.error.code == ErrorCode::not_found) {
    turn->refuse(found.refusal);
    return;
  }
  ::inference::ModelReadyResponse out;
  out.set_ready(found.model != nullptr);
  turn->reply(out);
}

void handle_server_metadata(const TurnPtr& turn) {
  ::inference::ServerMetadataRequest in;
  if (!turn->read(in)) return;
  ::inference::ServerMetadataResponse out;
  out.set_name("akidb-embedding");
  out.set_version(turn->call().options().version);
  turn->reply(out);
}

void handle_model_metadata(const TurnPtr& turn) {
  ::inference::ModelMetadataRequest in;
  if (!turn->read(in)) return;
  const auto found = turn->call().service().find_model(in.name());
  if (!found.model) {
    turn->refuse(found.refusal);
    return;
  }
  ::inference::ModelMetadataResponse out;
  out.set_name(found.model->name);
  out.add_versions(kVersion);
  out.set_platform("akidb-embedding");
  auto& input = *out.add_inputs();
  input.set_name(kInput);
  input.set_datatype("BYTES");
  input.add_shape(-1);
  auto& output = *out.add_outputs();
  output.set_name(kOutput);
  output.set_datatype("FP32");
  output.add_shape(-1);
  output.add_shape(found.model->info.dimension);
  turn->reply(out);
}

void handle_model_infer(const TurnPtr& turn) {
  ::inference::ModelInferRequest in;
  if (!turn->read(in)) return;
  auto call = new_call(*turn, turn->call().options().kserve_inputs);
  call.names = {.inputs = "inputs[0].contents"};
  if (const auto problem = read_tensor(in, call.request.inputs)) {
    turn->refuse(*problem);
    return;
  }
  call.request.model = in.model_name();
  const bool raw = in.raw_input_contents_size() > 0;
  run_embed(turn, std::move(call), [raw, id = in.id()](const BatchEmbeddingResponse& vectors, Turn& to) {
    ::inference::ModelInferResponse out;
    out.set_id(id);
    write(vectors, raw, out);
    to.reply(out);
  });
}

}  // namespace akidb::embedding::server
