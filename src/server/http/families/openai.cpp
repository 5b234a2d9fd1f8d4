// OpenAI's embeddings and models. /v1/embeddings takes the fields of Jina's clients too.
#include <akidb/embedding/response.hpp>

#include "server/http/families/embed_route.hpp"
#include "server/http/families/handlers.hpp"
#include "server/http/json/object_reader.hpp"
#include "server/http/json/small_values.hpp"
#include "server/http/json/text.hpp"

namespace akidb::embedding::server {
namespace {

enum class Format : std::uint8_t { floats, base64, binary, ubinary };

void append_row(std::span<const float> row, Format format, std::string& body) {
  switch (format) {
    case Format::floats: append_floats(row, body); break;
    case Format::base64: append_base64_floats(row, body); break;
    case Format::binary: append_small(row, SmallForm::binary, body); break;
    case Format::ubinary: append_small(row, SmallForm::ubinary, body); break;
  }
}

// What Jina's requests say beyond OpenAI's.
void read_jina(ObjectReader& in, const Exchange& exchange, BatchEmbeddingRequest& request, std::size_t& format) {
  std::string task;
  bool late = false;
  std::optional<bool> normalized;
  std::optional<bool> truncate;
  in.text("task", task);
  in.choice("embedding_type", {"float", "base64", "binary", "ubinary"}, format);
  in.boolean("late_chunking", late);
  in.boolean("normalized", normalized);
  in.boolean("truncate", truncate);
  if (late) in.fail("late_chunking: expected false, a text's vector depends on that text alone here");
  if (task == "retrieval.query") request.input_type = InputType::query;
  if (task == "retrieval.passage") request.input_type = InputType::document;
  if (normalized) request.normalize = *normalized ? Normalize::yes : Normalize::no;
  request.truncation = truncation_of(exchange.options, truncate, false);
}

void write_embeddings(const BatchEmbeddingResponse& vectors, Format format, std::string& body) {
  const auto& rows = vectors.embeddings;
  body.reserve(128 + rows.rows() * (64 + rows.dimension() * (format == Format::floats ? 14 : 6)));
  body += "{\"object\":\"list\",\"data\":[";
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    body += i > 0 ? ",{\"object\":\"embedding\",\"index\":" : "{\"object\":\"embedding\",\"index\":";
    append_number(i, body);
    body += ",\"embedding\":";
    append_row(rows.row(i), format, body);
    body += '}';
  }
  body += "],\"model\":";
  append_json_string(vectors.model, body);
  const std::string tokens = std::to_string(vectors.usage.total_tokens);
  body += ",\"usage\":{\"prompt_tokens\":" + tokens + ",\"total_tokens\":" + tokens + "}}";
}

// A model under one of its names.
std::string model_object(std::string_view name, const ModelEntry& entry) {
  const std::int64_t created = entry.model ? entry.model->created : 0;
  return "{\"id\":" + json_string(name) + ",\"object\":\"model\",\"created\":" + std::to_string(created) +
         ",\"owned_by\":\"akidb\"}";
}

}  // namespace

void handle_openai_embeddings(const ExchangePtr& exchange) {
  const auto parsed = parse_body(exchange->request.body);
  if (parsed.problem) {
    exchange->refuse(*parsed.problem);
    return;
  }
  auto call = new_call(*exchange, exchange->options.openai_inputs);
  call.most_tokens = exchange->options.openai_tokens;
  call.names = {.inputs = "input"};
  auto& request = call.request;
  std::size_t format = 0;
  ObjectReader in(parsed.root);
  in.require(in.has("input"), "input");
  in.inputs("input", request.inputs, call.is_batch);
  in.text("model", request.model);
  in.choice("encoding_format", {"float", "base64"}, format);
  in.whole_number("dimensions", request.dimensions);
  in.ignore("user");
  read_jina(in, *exchange, request, format);
  if (auto problem = in.finish(Unknown::refuse)) {
    exchange->refuse(*problem);
    return;
  }
  run_embed(exchange, std::move(call), [format](const BatchEmbeddingResponse& vectors, Response& response) {
    write_embeddings(vectors, static_cast<Format>(format), response.body);
  });
}

void handle_openai_models(const ExchangePtr& exchange) {
  std::string body = "{\"object\":\"list\",\"data\":[";
  const auto add = [&](std::string_view name, const ModelEntry& entry) {
    if (body.back() == '}') body += ',';
    body += model_object(name, entry);
  };
  for (const auto& entry : exchange->service.models().list()) {
    add(entry->name, *entry);
    for (const auto& alias : entry->aliases) add(alias, *entry);
  }
  exchange->reply_json(body + "]}");
}

void handle_openai_model(const ExchangePtr& exchange) {
  const auto entry = exchange->service.models().find(exchange->captured);
  if (entry) {
    exchange->reply_json(model_object(exchange->captured, *entry));
  } else {
    exchange->refuse(unknown_model(exchange->captured));
  }
}

}  // namespace akidb::embedding::server
