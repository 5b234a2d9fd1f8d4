// Our own format: all that the library can.
#include <cstring>

#include "server/http/families/handlers.hpp"
#include "server/http/families/tei.hpp"
#include "server/http/json/text.hpp"

namespace akidb::embedding::server {
namespace {

constexpr std::string_view kRaw = "application/octet-stream";

std::string usage_json(const Usage& usage) {
  return "{\"total_tokens\":" + std::to_string(usage.total_tokens) +
         ",\"truncated_inputs\":" + std::to_string(usage.truncated_inputs) +
         ",\"duration_us\":" + std::to_string(usage.duration.count()) +
         ",\"tokenize_us\":" + std::to_string(usage.tokenize.count()) +
         ",\"queue_us\":" + std::to_string(usage.queue.count()) +
         ",\"compute_us\":" + std::to_string(usage.compute.count()) + "}";
}

// Rows end to end, little-endian float32, and their shape in the head.
void write_raw(const BatchEmbeddingResponse& vectors, Response& response) {
  static_assert(std::endian::native == std::endian::little, "rows are sent as they lie in memory");
  const auto values = vectors.embeddings.values();
  response.content_type = kRaw;
  response.body.resize(values.size_bytes());
  std::memcpy(response.body.data(), values.data(), values.size_bytes());
  response.fields.emplace_back("x-embedding-rows", std::to_string(vectors.embeddings.rows()));
  response.fields.emplace_back("x-embedding-dimension", std::to_string(vectors.embeddings.dimension()));
  response.fields.emplace_back("x-embedding-model", vectors.model);
  response.fields.emplace_back("x-total-tokens", std::to_string(vectors.usage.total_tokens));
  response.fields.emplace_back("x-truncated-inputs", std::to_string(vectors.usage.truncated_inputs));
}

void append_row(std::span<const float> row, bool base64, std::string& body) {
  if (base64) {
    append_base64_floats(row, body);
  } else {
    append_floats(row, body);
  }
}

void append_input(const BatchEmbeddingResponse& vectors, std::size_t input, bool base64, std::string& body) {
  const auto& rows = vectors.embeddings;
  const auto [first, last] = rows.span_of(input);
  if (rows.first_row.empty()) {
    append_row(rows.row(first), base64, body);
    return;
  }
  body += '[';
  for (std::size_t row = first; row < last; ++row) {
    if (row > first) body += ',';
    append_row(rows.row(row), base64, body);
  }
  body += ']';
}

void write_json(const BatchEmbeddingResponse& vectors, bool base64, std::string& body) {
  body += "{\"model\":" + json_string(vectors.model) + ",\"dimension\":";
  append_number(vectors.embeddings.dimension(), body);
  body += ",\"embeddings\":[";
  for (std::size_t i = 0; i < vectors.inputs.size(); ++i) {
    if (i > 0) body += ',';
    append_input(vectors, i, base64, body);
  }
  body += "],\"inputs\":[";
  for (std::size_t i = 0; i < vectors.inputs.size(); ++i) {
    body += i > 0 ? ",{\"tokens\":" : "{\"tokens\":";
    append_number(vectors.inputs[i].tokens, body);
    body += ",\"truncated_tokens\":";
    append_number(vectors.inputs[i].truncated_tokens, body);
    body += '}';
  }
  body += "],\"usage\":" + usage_json(vectors.usage) + "}";
}

std::string model_json(const ModelEntry& entry) {
  constexpr std::string_view kStates[] = {"loading", "ready", "failed"};
  std::string body = "{\"name\":" + json_string(entry.name) + ",\"state\":\"" +
                     std::string(kStates[static_cast<std::size_t>(entry.state)]) + "\"";
  if (!entry.model) return body + "}";
  const auto& info = entry.model->info;
  body += ",\"dimension\":" + std::to_string(info.dimension) + ",\"max_tokens\":" + std::to_string(info.max_tokens) +
          ",\"provider\":" + json_string(info.provider) + ",\"device\":" + json_string(info.device) +
          ",\"dtype\":" + json_string(info.dtype) + ",\"pooling\":" + json_string(info.pooling) +
          ",\"normalized\":" + (info.normalized ? "true" : "false") +
          ",\"architecture\":" + json_string(info.architecture) + ",\"revision\":" + json_string(info.revision) +
          ",\"prompts\":{";
  for (const auto& [name, prompt] : info.prompts) {
    if (body.back() != '{') body += ',';
    body += json_string(name) + ":" + json_string(prompt);
  }
  return body + "}}";
}

}  // namespace

void handle_own_embed(const ExchangePtr& exchange) {
  const auto root = parse_or_refuse(exchange);
  if (!root) return;
  auto call = new_call(*exchange, exchange->options.own_inputs);
  auto& request = call.request;
  bool was_list = false;
  std::size_t normalize = 0;
  std::size_t output = 0;
  std::size_t type = 0;
  std::size_t truncation = static_cast<std::size_t>(request.truncation);
  std::size_t format = exchange->request.field("accept") == kRaw ? 2 : 0;
  ObjectReader in(*root);
  in.require(in.has("inputs"), "inputs");
  in.inputs("inputs", request.inputs, was_list);
  in.text("model", request.model);
  in.choice("normalize", {"model", "yes", "no"}, normalize);
  in.choice("output", {"pooled", "tokens"}, output);
  in.whole_number("dimensions", request.dimensions);
  in.choice("input_type", {"none", "query", "document"}, type);
  in.text("prompt_name", request.prompt_name);
  in.choice("truncation", {"right", "left", "error"}, truncation);
  in.choice("format", {"float", "base64", "raw"}, format);
  if (auto problem = in.finish(Unknown::refuse)) {
    exchange->refuse(*problem);
    return;
  }
  request.normalize = static_cast<Normalize>(normalize);
  request.output = static_cast<Output>(output);
  request.input_type = static_cast<InputType>(type);
  request.truncation = static_cast<Truncation>(truncation);
  run_embed(exchange, std::move(call), [format](const BatchEmbeddingResponse& vectors, Response& response) {
    if (format == 2) {
      write_raw(vectors, response);
    } else {
      write_json(vectors, format == 1, response.body);
    }
  });
}

void handle_own_models(const ExchangePtr& exchange) {
  std::string body = "{\"models\":[";
  for (const auto& entry : exchange->service.models().list()) {
    if (body.back() == '}') body += ',';
    body += model_json(*entry);
  }
  exchange->reply_json(body + "]}");
}

void handle_own_config(const ExchangePtr& exchange) { exchange->reply_json(exchange->service.settings()); }

}  // namespace akidb::embedding::server
