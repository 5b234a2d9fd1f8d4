// Text Embeddings Inference: information, tokens, and what an embedding model has no head for.
#include <akidb/embedding/tokenizer.hpp>

#include "base/prompt_lookup.hpp"
#include "server/http/families/handlers.hpp"
#include "server/http/families/tei.hpp"
#include "server/http/json/text.hpp"

namespace akidb::embedding::server {
namespace {

// The model of that name (empty: the one that TEI's routes mean), and its tokenizer; nothing, and the exchange
// answered, where there is none.
struct WithTokenizer {
  std::shared_ptr<const ServedModel> model;
  const Tokenizer* tokenizer = nullptr;
};

WithTokenizer find_tokenizer(const ExchangePtr& exchange, const std::string& name) {
  auto found = exchange->service.find_model(name);
  if (!found.model) {
    exchange->refuse(found.refusal);
    return {};
  }
  const Tokenizer* tokenizer = found.model->provider->tokenizer();
  if (tokenizer == nullptr) exchange->refuse(refusal(ErrorCode::unsupported, "the model has no tokenizer here"));
  return {found.model, tokenizer};
}

void append_tokens(const Encoding& encoding, std::string_view text, std::string& body) {
  body += '[';
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    if (i > 0) body += ',';
    const bool special = encoding.special_tokens_mask[i] != 0;
    body += "{\"id\":";
    append_number(encoding.ids[i], body);
    body += ",\"text\":";
    const auto [begin, end] = encoding.byte_offsets[i];
    append_json_string(special ? std::string_view(encoding.tokens[i]) : text.substr(begin, end - begin), body);
    if (special) {
      body += ",\"special\":true,\"start\":null,\"stop\":null}";
      continue;
    }
    body += ",\"special\":false,\"start\":";
    append_number(begin, body);
    body += ",\"stop\":";
    append_number(end, body);
    body += '}';
  }
  body += ']';
}

std::optional<Refusal> too_many(const Exchange& exchange, std::size_t count, std::string_view field) {
  if (count == 0) return refusal(Reason::empty_batch, std::string(field) + ": expected at least one, found none");
  if (count <= exchange.options.tei_inputs) return std::nullopt;
  return refusal(Reason::too_many_inputs, "batch size " + std::to_string(count) + " > maximum allowed batch size " +
                                              std::to_string(exchange.options.tei_inputs));
}

// The body is not looked at, and `is_batch` is how such requests come mostly.
void refuse_head(const ExchangePtr& exchange, std::string_view task, bool is_batch) {
  auto found = exchange->service.find_model({});
  refuse_counted(exchange, is_batch,
                 found.model
                     ? refusal(Reason::no_head, "the model is an embedding model and cannot " + std::string(task))
                     : found.refusal);
}

}  // namespace

void refuse_counted(const ExchangePtr& exchange, bool is_batch, const Refusal& refusal) {
  exchange->service.metrics().tei.refused(is_batch, refusal);
  exchange->refuse(refusal);
}

void handle_tei_info(const ExchangePtr& exchange) {
  const auto found = exchange->service.find_model({});
  if (!found.model) {
    exchange->refuse(found.refusal);
    return;
  }
  const auto& info = found.model->info;
  const auto& options = exchange->options;
  std::string body = "{\"model_id\":" + json_string(info.model);
  body += ",\"model_sha\":" + (info.revision.empty() ? "null" : json_string(info.revision));
  body += ",\"model_dtype\":" + json_string(info.dtype == "fp32" ? "float32" : info.dtype);
  body += ",\"served_model_name\":" + json_string(found.model->name);
  body += ",\"model_type\":{\"embedding\":{\"pooling\":" + json_string(info.pooling) + "}}";
  body += ",\"max_concurrent_requests\":" + std::to_string(exchange->service.admission().bounds().requests);
  body += ",\"max_input_length\":" + std::to_string(info.max_tokens);
  body += ",\"max_batch_tokens\":" + std::to_string(info.batch_tokens) + ",\"max_batch_requests\":null";
  body += ",\"max_client_batch_size\":" + std::to_string(options.tei_inputs);
  body += std::string(",\"auto_truncate\":") + (options.auto_truncate ? "true" : "false");
  body += ",\"tokenization_workers\":" + std::to_string(info.threads);
  body += ",\"version\":" + json_string(options.version) + ",\"sha\":null,\"docker_label\":null}";
  exchange->reply_json(std::move(body));
}

void handle_tei_tokenize(const ExchangePtr& exchange) {
  const auto root = parse_or_refuse(exchange);
  if (!root) return;
  std::vector<Input> inputs;
  bool was_list = false;
  EncodeOptions encode;
  std::string prompt_name;
  std::string model;
  ObjectReader in(*root);
  in.require(in.has("inputs"), "inputs");
  in.inputs("inputs", inputs, was_list);
  in.boolean("add_special_tokens", encode.add_special_tokens);
  in.text("prompt_name", prompt_name);
  in.text("model", model);
  auto problem = in.finish(Unknown::ignore);
  if (!problem) problem = too_many(*exchange, inputs.size(), "inputs");
  if (problem) {
    exchange->refuse(*problem);
    return;
  }
  const auto with = find_tokenizer(exchange, model);
  if (with.tokenizer == nullptr) return;
  const auto prompt = base::prompt_named(with.model->info.prompts, prompt_name);
  std::string body = "[";
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string* given = inputs[i].text();
    if (!prompt || given == nullptr) {
      exchange->refuse(prompt ? refusal(ErrorCode::invalid_argument, "inputs: expected texts")
                              : Refusal{prompt.error(), Reason::none, std::chrono::seconds(0)});
      return;
    }
    const std::string text = *prompt + *given;
    const auto encoding = with.tokenizer->encode(text, std::nullopt, encode);
    if (!encoding) {
      exchange->refuse({encoding.error(), Reason::none, std::chrono::seconds(0)});
      return;
    }
    if (i > 0) body += ',';
    append_tokens(*encoding, text, body);
  }
  exchange->reply_json(body + "]");
}

void handle_tei_decode(const ExchangePtr& exchange) {
  const auto root = parse_or_refuse(exchange);
  if (!root) return;
  std::vector<Input> ids;
  bool was_list = false;
  bool skip_special = true;
  std::string model;
  ObjectReader in(*root);
  in.require(in.has("ids"), "ids");
  in.inputs("ids", ids, was_list);
  in.boolean("skip_special_tokens", skip_special);
  in.text("model", model);
  auto problem = in.finish(Unknown::ignore);
  if (!problem) problem = too_many(*exchange, ids.size(), "ids");
  for (const auto& each : ids) {
    if (!problem && each.token_ids() == nullptr)
      problem = refusal(ErrorCode::invalid_argument, "ids: expected token ids");
  }
  if (problem) {
    exchange->refuse(*problem);
    return;
  }
  const auto with = find_tokenizer(exchange, model);
  if (with.tokenizer == nullptr) return;
  std::string body = "[";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto text = with.tokenizer->decode(*ids[i].token_ids(), skip_special);
    if (!text) {
      exchange->refuse({text.error(), Reason::none, std::chrono::seconds(0)});
      return;
    }
    if (i > 0) body += ',';
    append_json_string(*text, body);
  }
  exchange->reply_json(body + "]");
}

void handle_tei_embed_sparse(const ExchangePtr& exchange) { refuse_head(exchange, "give sparse vectors", false); }
void handle_tei_predict(const ExchangePtr& exchange) { refuse_head(exchange, "classify", false); }
void handle_tei_rerank(const ExchangePtr& exchange) { refuse_head(exchange, "rerank", true); }

}  // namespace akidb::embedding::server
