// Ollama's embeddings, and what its clients ask before them.
#include <array>
#include <ctime>

#include "server/http/families/embed_route.hpp"
#include "server/http/families/handlers.hpp"
#include "server/http/families/tei.hpp"
#include "server/http/json/text.hpp"

namespace akidb::embedding::server {
namespace {

// Ollama's names carry a tag; ours have none.
void drop_tag(std::string& name) {
  constexpr std::string_view kLatest = ":latest";
  if (name.ends_with(kLatest)) name.resize(name.size() - kLatest.size());
}

std::string rfc3339(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 32> text;
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string details(const ModelInfo& info) {
  return "{\"parent_model\":\"\",\"format\":" + json_string(info.provider) +
         ",\"family\":" + json_string(info.architecture) + ",\"families\":[" + json_string(info.architecture) +
         "],\"parameter_size\":\"\",\"quantization_level\":" + json_string(info.dtype) + "}";
}

std::string tag(const ModelEntry& entry) {
  const std::string name = json_string(entry.name);
  return "{\"name\":" + name + ",\"model\":" + name + ",\"modified_at\":\"" + rfc3339(entry.model->created) +
         "\",\"size\":0,\"digest\":" + json_string(entry.model->info.revision) +
         ",\"details\":" + details(entry.model->info) + "}";
}

std::string nanoseconds(std::chrono::microseconds span) { return std::to_string(span.count() * 1'000); }

void write(const BatchEmbeddingResponse& vectors, std::string& body) {
  body += "{\"model\":" + json_string(vectors.model) + ",\"embeddings\":[";
  for (std::size_t i = 0; i < vectors.embeddings.rows(); ++i) {
    if (i > 0) body += ',';
    append_floats(vectors.embeddings.row(i), body);
  }
  body += "],\"total_duration\":" + nanoseconds(vectors.usage.duration) +
          ",\"load_duration\":0,\"prompt_eval_count\":" + std::to_string(vectors.usage.total_tokens) + "}";
}

}  // namespace

void handle_ollama_embed(const ExchangePtr& exchange) {
  const auto root = parse_or_refuse(exchange);
  if (!root) return;
  auto call = new_call(*exchange, exchange->options.ollama_inputs);
  call.names = {.inputs = "input"};
  bool was_list = false;
  bool truncate = true;
  ObjectReader in(*root);
  in.text("model", call.request.model);
  in.require(in.has("input"), "input");
  in.inputs("input", call.request.inputs, was_list);
  in.boolean("truncate", truncate);
  in.whole_number("dimensions", call.request.dimensions);
  if (auto problem = in.finish(Unknown::ignore)) {
    exchange->refuse(*problem);
    return;
  }
  drop_tag(call.request.model);
  call.request.normalize = Normalize::yes;
  call.request.truncation = truncate ? Truncation::right : Truncation::error;
  run_embed(exchange, std::move(call),
            [](const BatchEmbeddingResponse& vectors, Response& response) { write(vectors, response.body); });
}

void handle_ollama_embeddings(const ExchangePtr& exchange) {
  const auto root = parse_or_refuse(exchange);
  if (!root) return;
  auto call = new_call(*exchange, 1);
  call.names = {.inputs = "prompt", .is_one_text = true};
  std::string prompt;
  ObjectReader in(*root);
  in.text("model", call.request.model);
  in.require(in.has("prompt"), "prompt");
  in.text("prompt", prompt);
  if (auto problem = in.finish(Unknown::ignore)) {
    exchange->refuse(*problem);
    return;
  }
  drop_tag(call.request.model);
  call.request.inputs.emplace_back(std::move(prompt));
  call.request.truncation = Truncation::right;
  run_embed(exchange, std::move(call), [](const BatchEmbeddingResponse& vectors, Response& response) {
    response.body = "{\"embedding\":";
    append_floats(vectors.embeddings.row(0), response.body);
    response.body += '}';
  });
}

void handle_ollama_tags(const ExchangePtr& exchange) {
  std::string body = "{\"models\":[";
  for (const auto& entry : exchange->service.models().list()) {
    if (!entry->model) continue;
    if (body.back() == '}') body += ',';
    body += tag(*entry);
  }
  exchange->reply_json(body + "]}");
}

void handle_ollama_show(const ExchangePtr& exchange) {
  const auto root = parse_or_refuse(exchange);
  if (!root) return;
  std::string name;
  ObjectReader in(*root);
  in.text("name", name);
  in.text("model", name);
  if (auto problem = in.finish(Unknown::ignore)) {
    exchange->refuse(*problem);
    return;
  }
  drop_tag(name);
  const auto found = exchange->service.find_model(name);
  if (!found.model) {
    exchange->refuse(found.refusal);
    return;
  }
  const auto& info = found.model->info;
  const std::string kind = info.architecture.empty() ? "model" : info.architecture;
  exchange->reply_json("{\"modelfile\":\"\",\"parameters\":\"\",\"template\":\"\",\"modified_at\":\"" +
                       rfc3339(found.model->created) + "\",\"details\":" + details(info) +
                       ",\"model_info\":{\"general.architecture\":" + json_string(kind) + "," +
                       json_string(kind + ".embedding_length") + ":" + std::to_string(info.dimension) + "," +
                       json_string(kind + ".context_length") + ":" + std::to_string(info.max_tokens) +
                       "},\"capabilities\":[\"embedding\"]}");
}

void handle_ollama_version(const ExchangePtr& exchange) {
  exchange->reply_json("{\"version\":" + json_string(exchange->options.version) + "}");
}

}  // namespace akidb::embedding::server
