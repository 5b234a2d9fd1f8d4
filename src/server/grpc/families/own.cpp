// Our own format, akidb.embedding.v1: all that the library can.
#include <bit>

#include "akidb/embedding/v1/embedding.pb.h"
#include "server/grpc/call.hpp"
#include "server/grpc/families/embed_method.hpp"
#include "server/grpc/families/handlers.hpp"

namespace akidb::embedding::server {
namespace {

// The wire's enumerations have the numbers of the library's, but for Truncation, whose 0 is the server's default.
static_assert(v1::NORMALIZE_NO == static_cast<int>(Normalize::no));
static_assert(v1::OUTPUT_TOKENS == static_cast<int>(Output::tokens));
static_assert(v1::INPUT_TYPE_DOCUMENT == static_cast<int>(InputType::document));
static_assert(v1::TRUNCATION_ERROR == static_cast<int>(Truncation::error) + 1);
static_assert(v1::MODEL_STATE_FAILED == static_cast<int>(ModelState::failed));

// proto3 hands on numbers that an enumeration does not have.
std::optional<Refusal> check_choices(const v1::BatchEmbeddingRequest& in) {
  const char* wrong = nullptr;
  if (!v1::Normalize_IsValid(in.normalize())) wrong = "normalize";
  if (!v1::Output_IsValid(in.output())) wrong = "output";
  if (!v1::InputType_IsValid(in.input_type())) wrong = "input_type";
  if (!v1::Truncation_IsValid(in.truncation())) wrong = "truncation";
  if (!v1::Format_IsValid(in.format())) wrong = "format";
  if (wrong == nullptr) return std::nullopt;
  return refusal(ErrorCode::invalid_argument, std::string(wrong) + ": expected a value of its enumeration");
}

std::optional<Refusal> take_inputs(v1::BatchEmbeddingRequest& in, std::vector<Input>& out) {
  out.reserve(static_cast<std::size_t>(in.inputs_size()));
  for (auto& input : *in.mutable_inputs()) {
    switch (input.kind_case()) {
      case v1::Input::kText: out.emplace_back(std::move(*input.mutable_text())); break;
      case v1::Input::kTokenIds: {
        const auto& ids = input.token_ids().ids();
        out.emplace_back(TokenIds(ids.begin(), ids.end()));
        break;
      }
      case v1::Input::KIND_NOT_SET:
        return refusal(ErrorCode::invalid_argument,
                       "inputs[" + std::to_string(out.size()) + "]: expected a text or token ids");
    }
  }
  return std::nullopt;
}

void write_rows(const Embeddings& rows, v1::Format format, v1::Embeddings& out) {
  static_assert(std::endian::native == std::endian::little, "rows are sent as they lie in memory");
  const auto values = rows.values();
  out.set_dimension(static_cast<std::uint32_t>(rows.dimension()));
  if (format == v1::FORMAT_RAW) {
    out.set_raw(values.data(), values.size_bytes());
  } else {
    out.mutable_values()->Add(values.begin(), values.end());
  }
  for (const auto first : rows.first_row) out.add_first_row(static_cast<std::uint32_t>(first));
  for (const auto& [begin, end] : rows.token_ranges) {
    auto& range = *out.add_token_ranges();
    range.set_begin(begin);
    range.set_end(end);
  }
}

void write_usage(const Usage& usage, v1::Usage& out) {
  out.set_total_tokens(usage.total_tokens);
  out.set_truncated_inputs(usage.truncated_inputs);
  out.set_duration_us(static_cast<std::uint64_t>(usage.duration.count()));
  out.set_tokenize_us(static_cast<std::uint64_t>(usage.tokenize.count()));
  out.set_queue_us(static_cast<std::uint64_t>(usage.queue.count()));
  out.set_compute_us(static_cast<std::uint64_t>(usage.compute.count()));
}

void write_model(const ModelEntry& entry, v1::ModelInfo& out) {
  out.set_name(entry.name);
  out.set_state(static_cast<v1::ModelState>(entry.state));
  if (!entry.model) return;
  const auto& info = entry.model->info;
  out.set_dimension(info.dimension);
  out.set_max_tokens(info.max_tokens);
  out.set_provider(info.provider);
  out.set_device(info.device);
  out.set_dtype(info.dtype);
  out.set_pooling(info.pooling);
  out.set_normalized(info.normalized);
  out.set_architecture(info.architecture);
  out.set_revision(info.revision);
  for (const auto& [name, prompt] : info.prompts) (*out.mutable_prompts())[name] = prompt;
  if (info.default_prompt_name) out.set_default_prompt_name(*info.default_prompt_name);
}

// The registry's entry, or nothing and the turn refused.
std::shared_ptr<const ModelEntry> find_entry(const TurnPtr& turn, const std::string& name) {
  auto entry = turn->call().service().models().find(name);
  if (!entry) turn->refuse(unknown_model(name));
  return entry;
}

}  // namespace

void handle_embed_batch(const TurnPtr& turn) {
  v1::BatchEmbeddingRequest in;
  if (!turn->read(in)) return;
  auto call = new_call(*turn, turn->call().options().own_inputs);
  auto& request = call.request;
  auto problem = check_choices(in);
  if (!problem) problem = take_inputs(in, request.inputs);
  if (problem) {
    turn->refuse(*problem);
    return;
  }
  request.model = in.model();
  request.normalize = static_cast<Normalize>(in.normalize());
  request.output = static_cast<Output>(in.output());
  if (in.has_dimensions()) request.dimensions = in.dimensions();
  request.input_type = static_cast<InputType>(in.input_type());
  request.prompt_name = in.prompt_name();
  if (in.truncation() != v1::TRUNCATION_DEFAULT) {
    request.truncation = static_cast<Truncation>(in.truncation() - 1);
  }
  run_embed(turn, std::move(call), [format = in.format()](const BatchEmbeddingResponse& vectors, Turn& to) {
    v1::BatchEmbeddingResponse out;
    out.set_model(vectors.model);
    write_rows(vectors.embeddings, format, *out.mutable_embeddings());
    for (const auto& report : vectors.inputs) {
      auto& each = *out.add_inputs();
      each.set_tokens(report.tokens);
      each.set_truncated_tokens(report.truncated_tokens);
    }
    write_usage(vectors.usage, *out.mutable_usage());
    to.reply(out);
  });
}

void handle_model_info(const TurnPtr& turn) {
  v1::GetModelInfoRequest in;
  if (!turn->read(in)) return;
  if (const auto entry = find_entry(turn, in.model())) {
    v1::ModelInfo out;
    write_model(*entry, out);
    turn->reply(out);
  }
}

void handle_list_models(const TurnPtr& turn) {
  v1::ListModelsRequest in;
  if (!turn->read(in)) return;
  v1::ListModelsResponse out;
  for (const auto& entry : turn->call().service().models().list()) write_model(*entry, *out.add_models());
  turn->reply(out);
}

void handle_own_health(const TurnPtr& turn) {
  v1::HealthCheckRequest in;
  if (!turn->read(in)) return;
  const auto& service = turn->call().service();
  v1::HealthCheckResponse out;
  if (in.model().empty()) {
    out.set_ready(service.ready());
  } else if (const auto entry = find_entry(turn, in.model())) {
    out.set_ready(!service.draining() && entry->state == ModelState::ready);
  } else {
    return;
  }
  turn->reply(out);
}

}  // namespace akidb::embedding::server
