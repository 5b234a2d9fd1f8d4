// Cohere's embed, in its versions 1 and 2.
#include <algorithm>

#include "server/http/families/embed_route.hpp"
#include "server/http/families/handlers.hpp"
#include "server/http/families/tei.hpp"
#include "server/http/json/object_reader.hpp"
#include "server/http/json/small_values.hpp"
#include "server/http/json/text.hpp"

namespace akidb::embedding::server {
namespace {

enum class Type : std::uint8_t { floats, int8, uint8, binary, ubinary, base64 };

constexpr std::string_view kTypes[] = {"float", "int8", "uint8", "binary", "ubinary", "base64"};

struct Form {
  bool second_version = false;
  bool by_type = false;  // an object with an array for each type
  std::vector<Type> types;
  std::vector<std::string> texts;  // said back
  std::string id;
};

void append_row(std::span<const float> row, Type type, std::string& body) {
  switch (type) {
    case Type::floats: append_floats(row, body); break;
    case Type::int8: append_small(row, SmallForm::int8, body); break;
    case Type::uint8: append_small(row, SmallForm::uint8, body); break;
    case Type::binary: append_small(row, SmallForm::binary, body); break;
    case Type::ubinary: append_small(row, SmallForm::ubinary, body); break;
    case Type::base64: append_base64_floats(row, body); break;
  }
}

void append_rows(const Embeddings& rows, Type type, std::string& body) {
  body += '[';
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    if (i > 0) body += ',';
    append_row(rows.row(i), type, body);
  }
  body += ']';
}

void write(const BatchEmbeddingResponse& vectors, const Form& form, std::string& body) {
  body += "{\"id\":" + json_string(form.id) + ",\"texts\":[";
  for (std::size_t i = 0; i < form.texts.size(); ++i) {
    if (i > 0) body += ',';
    append_json_string(form.texts[i], body);
  }
  body += "],\"embeddings\":";
  if (form.by_type) {
    body += '{';
    for (const auto type : form.types) {
      if (body.back() != '{') body += ',';
      body += json_string(kTypes[static_cast<std::size_t>(type)]) + ":";
      append_rows(vectors.embeddings, type, body);
    }
    body += '}';
  } else {
    append_rows(vectors.embeddings, Type::floats, body);
  }
  body += ",\"meta\":{\"api_version\":{\"version\":\"" + std::string(form.second_version ? "2" : "1") +
          "\"},\"billed_units\":{\"input_tokens\":" + std::to_string(vectors.usage.total_tokens) +
          "}},\"response_type\":\"" + (form.by_type ? "embeddings_by_type" : "embeddings_floats") + "\"}";
}

void read_types(ObjectReader& in, Form& form) {
  std::vector<std::string> names;
  in.texts("embedding_types", names);
  for (const auto& name : names) {
    const auto found = std::find(std::begin(kTypes), std::end(kTypes), name);
    if (found == std::end(kTypes)) {
      in.fail("embedding_types: expected float, int8, uint8, binary, ubinary or base64, found \"" + name.substr(0, 64) +
              '"');
      return;
    }
    const auto type = static_cast<Type>(found - std::begin(kTypes));
    if (std::find(form.types.begin(), form.types.end(), type) == form.types.end()) form.types.push_back(type);
  }
  form.by_type = form.second_version || !form.types.empty();
  if (form.types.empty()) form.types = {Type::floats};
}

// Version 2 may say texts as {"content": [{"type": "text", "text": ...}]}.
void read_contents(ObjectReader& in, std::vector<std::string>& texts) {
  const auto inputs = in.find("inputs");
  if (!inputs) return;
  simdjson::dom::array array;
  if (inputs->get_array().get(array) != simdjson::SUCCESS) {
    in.fail("inputs", "an array", *inputs);
    return;
  }
  for (const auto each : array) {
    const std::string place = "inputs[" + std::to_string(texts.size()) + "]";
    std::string_view text;
    if (each.at_pointer("/content/0/text").get_string().get(text) != simdjson::SUCCESS ||
        each.at_pointer("/content/1").error() == simdjson::SUCCESS) {
      in.fail(place + ": expected {\"content\": [{\"type\": \"text\", \"text\": ...}]}");
      return;
    }
    texts.emplace_back(text);
  }
}

void handle_embed(const ExchangePtr& exchange, bool second_version) {
  const auto root = parse_or_refuse(exchange);
  if (!root) return;
  auto call = new_call(*exchange, exchange->options.cohere_inputs);
  call.names = {.inputs = "texts", .dimensions = "output_dimension"};
  Form form;
  form.second_version = second_version;
  form.id = exchange->request_id;
  std::size_t type = 0;
  std::size_t truncate = 2;
  ObjectReader in(*root);
  in.text("model", call.request.model);
  in.texts("texts", form.texts);
  if (second_version) read_contents(in, form.texts);
  in.choice("input_type", {"none", "search_query", "search_document", "classification", "clustering"}, type);
  in.choice("truncate", {"NONE", "START", "END"}, truncate);
  in.whole_number("output_dimension", call.request.dimensions);
  read_types(in, form);
  in.ignore("max_tokens");
  in.ignore("priority");
  if (second_version && in.has("inputs")) {
    if (in.has("texts")) in.fail("inputs: expected texts or inputs, found both");
    call.names.inputs = "inputs";
  }
  auto problem = in.finish(Unknown::refuse);
  if (problem) {
    exchange->refuse(*problem);
    return;
  }
  call.request.input_type = type == 1 ? InputType::query : type == 2 ? InputType::document : InputType::none;
  constexpr Truncation kTruncations[] = {Truncation::error, Truncation::left, Truncation::right};
  call.request.truncation = kTruncations[truncate];
  call.request.inputs.assign(form.texts.begin(), form.texts.end());
  run_embed(exchange, std::move(call),
            [form = std::move(form)](const BatchEmbeddingResponse& vectors, Response& response) {
              write(vectors, form, response.body);
            });
}

}  // namespace

void handle_cohere_embed_v1(const ExchangePtr& exchange) { handle_embed(exchange, false); }
void handle_cohere_embed_v2(const ExchangePtr& exchange) { handle_embed(exchange, true); }

void handle_no_rerank(const ExchangePtr& exchange) {
  auto found = exchange->service.find_model({});
  exchange->refuse(found.model ? refusal(Reason::no_head, "the model is an embedding model and cannot rerank")
                               : found.refusal);
}

}  // namespace akidb::embedding::server
