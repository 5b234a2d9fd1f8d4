// Text Embeddings Inference: the routes that give vectors.

#include "base/cosine.hpp"
#include "server/http/families/handlers.hpp"
#include "server/http/families/tei.hpp"
#include "server/http/json/text.hpp"

namespace akidb::embedding::server {
namespace {

std::string milliseconds(std::chrono::microseconds span) { return std::to_string(span.count() / 1'000); }

void write_rows(const Embeddings& rows, std::size_t first, std::size_t last, std::string& body) {
  body += '[';
  for (std::size_t i = first; i < last; ++i) {
    if (i > first) body += ',';
    append_floats(rows.row(i), body);
  }
  body += ']';
}

// The answer to /vertex is one list of answers, each as /embed would have given it.
void write_vertex(const Embeddings& rows, const std::vector<std::size_t>& counts, std::string& body) {
  std::size_t first = 0;
  body += "{\"predictions\":[";
  for (const auto count : counts) {
    if (first > 0) body += ',';
    write_rows(rows, first, first + count, body);
    first += count;
  }
  body += "]}";
}

}  // namespace

void add_tei_fields(const BatchEmbeddingResponse& vectors, std::size_t characters, Response& response) {
  const auto& usage = vectors.usage;
  auto& fields = response.fields;
  fields.emplace_back("x-compute-type", "cpu");
  fields.emplace_back("x-compute-time", milliseconds(usage.duration));
  fields.emplace_back("x-compute-characters", std::to_string(characters));
  fields.emplace_back("x-compute-tokens", std::to_string(usage.total_tokens));
  fields.emplace_back("x-total-time", milliseconds(usage.duration));
  fields.emplace_back("x-tokenization-time", milliseconds(usage.tokenize));
  fields.emplace_back("x-queue-time", milliseconds(usage.queue));
  fields.emplace_back("x-inference-time", milliseconds(usage.compute));
}

std::optional<JsonElement> parse_or_refuse(const ExchangePtr& exchange) {
  return parse_or_refuse(exchange, exchange->request.body);
}

std::optional<JsonElement> parse_or_refuse(const ExchangePtr& exchange, std::string_view json) {
  auto parsed = parse_body(json);
  if (!parsed.problem) return parsed.root;
  exchange->refuse(*parsed.problem);
  return std::nullopt;
}

std::optional<Refusal> read_tei_embed(const Exchange& exchange, const JsonElement& root, EmbedCall& call,
                                      std::string place) {
  auto& request = call.request;
  bool normalize = true;
  TeiTruncation truncation;
  ObjectReader in(root, std::move(place));
  in.require(in.has("inputs"), "inputs");
  in.inputs("inputs", request.inputs, call.is_batch);
  truncation.read(in);
  in.text("prompt_name", request.prompt_name);
  in.boolean("normalize", normalize);
  in.whole_number("dimensions", request.dimensions);
  request.normalize = normalize ? Normalize::yes : Normalize::no;
  request.truncation = truncation.value(exchange);
  return in.finish(Unknown::ignore);
}

namespace {

// The call of an /embed request; nothing, and the exchange answered, where it is wrong.
std::optional<EmbedCall> embed_call(const ExchangePtr& exchange, const JsonElement& root) {
  auto call = new_call(*exchange, exchange->options.tei_inputs);
  if (auto problem = read_tei_embed(*exchange, root, call)) {
    exchange->refuse(*problem);
    return std::nullopt;
  }
  return call;
}

// Of the model of this name; without one, of the first.
void answer_embed(const ExchangePtr& exchange, const JsonElement& root, const std::string& model = {}) {
  auto call = embed_call(exchange, root);
  if (!call) return;
  call->request.model = model;
  const auto characters = count_characters(call->request.inputs);
  run_embed(exchange, std::move(*call), [characters](const BatchEmbeddingResponse& vectors, Response& response) {
    write_rows(vectors.embeddings, 0, vectors.embeddings.rows(), response.body);
    add_tei_fields(vectors, characters, response);
  });
}

void answer_similarity(const ExchangePtr& exchange, const JsonElement& root) {
  auto call = new_call(*exchange, exchange->options.tei_inputs);
  call.names = {.inputs = "inputs.sentences", .first_input = "inputs.source_sentence"};
  std::string source;
  std::vector<std::string> sentences;
  TeiTruncation truncation;
  ObjectReader in(root);
  if (const auto inputs = in.find("inputs")) {
    ObjectReader pair(*inputs, "inputs");
    pair.require(pair.has("source_sentence"), "source_sentence");
    pair.require(pair.has("sentences"), "sentences");
    pair.text("source_sentence", source);
    pair.texts("sentences", sentences);
    if (auto problem = pair.finish(Unknown::ignore)) in.fail(problem->error.message);
  } else {
    in.require(false, "inputs");
  }
  if (const auto parameters = in.find("parameters")) {
    ObjectReader more(*parameters, "parameters");
    truncation.read(more);
    more.text("prompt_name", call.request.prompt_name);
    if (auto problem = more.finish(Unknown::ignore)) in.fail(problem->error.message);
  }
  if (auto problem = in.finish(Unknown::ignore)) {
    exchange->refuse(*problem);
    return;
  }
  if (sentences.empty()) {
    refuse_counted(exchange, true, refusal(Reason::empty_batch, "inputs.sentences: expected at least one, found none"));
    return;
  }
  call.is_batch = true;
  call.request.truncation = truncation.value(*exchange);
  call.request.inputs.emplace_back(std::move(source));
  for (auto& sentence : sentences) call.request.inputs.emplace_back(std::move(sentence));
  const auto characters = count_characters(call.request.inputs);
  run_embed(exchange, std::move(call), [characters](const BatchEmbeddingResponse& vectors, Response& response) {
    const auto& rows = vectors.embeddings;
    std::vector<float> cosines;
    for (std::size_t i = 1; i < rows.rows(); ++i)
      cosines.push_back(static_cast<float>(base::cosine(rows.row(0), rows.row(i))));
    append_floats(cosines, response.body);
    add_tei_fields(vectors, characters, response);
  });
}

}  // namespace

void handle_tei_embed(const ExchangePtr& exchange) {
  if (const auto root = parse_or_refuse(exchange)) answer_embed(exchange, *root);
}

void handle_tei_similarity(const ExchangePtr& exchange) {
  if (const auto root = parse_or_refuse(exchange)) answer_similarity(exchange, *root);
}

// As the hub's Inference API has it: the model stands in the path.
void handle_tei_pipeline(const ExchangePtr& exchange) {
  if (const auto root = parse_or_refuse(exchange)) answer_embed(exchange, *root, exchange->captured);
}

// The hub's client sends every task to the root: a pair of sentences and others stands in an object.
void handle_tei_root(const ExchangePtr& exchange) {
  const auto root = parse_or_refuse(exchange);
  if (!root) return;
  JsonElement inputs;
  if (root->at_key("inputs").get(inputs) == simdjson::SUCCESS && inputs.is_object()) {
    answer_similarity(exchange, *root);
  } else {
    answer_embed(exchange, *root);
  }
}

void handle_tei_embed_all(const ExchangePtr& exchange) {
  const auto root = parse_or_refuse(exchange);
  if (!root) return;
  auto call = embed_call(exchange, *root);
  if (!call) return;
  call->request.output = Output::tokens;
  call->request.normalize = Normalize::model;
  const auto characters = count_characters(call->request.inputs);
  run_embed(exchange, std::move(*call), [characters](const BatchEmbeddingResponse& vectors, Response& response) {
    response.body += '[';
    for (std::size_t i = 0; i < vectors.inputs.size(); ++i) {
      if (i > 0) response.body += ',';
      const auto [first, last] = vectors.embeddings.span_of(i);
      write_rows(vectors.embeddings, first, last, response.body);
    }
    response.body += ']';
    add_tei_fields(vectors, characters, response);
  });
}

void handle_tei_vertex(const ExchangePtr& exchange) {
  const auto root = parse_or_refuse(exchange);
  if (!root) return;
  auto call = new_call(*exchange, exchange->options.tei_inputs);
  call.names = {.inputs = "instances"};
  call.is_batch = true;
  std::vector<std::size_t> counts;
  simdjson::dom::array instances;
  ObjectReader in(*root);
  const auto found = in.find("instances");
  if (!found || found->get_array().get(instances) != simdjson::SUCCESS) {
    in.fail(std::string("instances: expected an array of requests, found ") +
            (found ? std::string(kind_of(*found)) : "none"));
  }
  auto problem = in.finish(Unknown::ignore);
  for (auto at = instances.begin(); !problem && found && at != instances.end(); ++at) {
    EmbedCall one = new_call(*exchange, 0);
    const std::string place = "instances[" + std::to_string(counts.size()) + "]";
    problem = read_tei_embed(*exchange, *at, one, place);
    if (!problem && one.request.inputs.empty()) {
      problem = refusal(Reason::empty_batch, place + ".inputs: expected at least one, found none");
    }
    counts.push_back(one.request.inputs.size());
    // All instances are one batch, in the form of the first.
    if (counts.size() == 1) {
      call.request = std::move(one.request);
    } else {
      for (auto& input : one.request.inputs) call.request.inputs.push_back(std::move(input));
    }
  }
  if (problem) {
    exchange->refuse(*problem);
    return;
  }
  run_embed(exchange, std::move(call),
            [counts = std::move(counts)](const BatchEmbeddingResponse& vectors, Response& response) {
              write_vertex(vectors.embeddings, counts, response.body);
            });
}

}  // namespace akidb::embedding::server
