#include "server/api/service.hpp"

#include <akidb/embedding/tokenizer.hpp>
#include <new>
#include <utility>
#include <vector>

#include "server/api/batch_plan.hpp"

namespace akidb::embedding::server {
namespace {

using Clock = std::chrono::steady_clock;

std::size_t total_bytes(const std::vector<Input>& inputs) {
  std::size_t bytes = 0;
  for (const auto& input : inputs) bytes += input.text() != nullptr ? input.text()->size() : input.token_ids()->size();
  return bytes;
}

// Tokens of all inputs, the special ones included, before any truncation.
std::size_t total_tokens(const std::vector<Input>& inputs, const Tokenizer& tokenizer) {
  std::size_t tokens = 0;
  TokenIds ids;
  for (const auto& input : inputs) {
    if (input.text() == nullptr) {
      tokens += input.token_ids()->size();
    } else if (tokenizer.encode_ids(*input.text(), true, ids)) {  // bad UTF-8 is the provider's to report
      tokens += ids.size();
    }
  }
  return tokens;
}

// Families with routes that TEI has: OpenAI's has /v1/embeddings.
bool has_routes_of_tei(Family family) { return family == Family::tei || family == Family::openai; }

// What travels with a request to its completion.
struct Travelling {
  EmbedService& service;
  ModelMetrics& counts;
  Admission::Ticket ticket;
  BatchPlan plan;
  std::shared_ptr<const ServedModel> model;  // keeps it alive until its last request
  EmbedDone done;
  Clock::time_point received;
  FieldNames names;
};

EmbedOutcome outcome_of(Travelling& state, Result<BatchEmbeddingResponse> result) {
  EmbedOutcome outcome;
  if (result) {
    state.plan.complete(*result, state.service.cache());
    result->model = state.model->name;
    state.counts.count(*result, Clock::now() - state.received);
    outcome.response = *std::move(result);
    return outcome;
  }
  state.counts.errors.add();
  auto& error = result.error();
  state.plan.restore_index(error);
  use_names(state.names, error);
  if (error.code == ErrorCode::resource_exhausted) {
    outcome.refusal = refusal(Reason::overloaded, std::move(error.message), state.service.admission().retry_after());
  } else {
    outcome.refusal.error = std::move(error);
  }
  return outcome;
}

void end(Travelling& state, Result<BatchEmbeddingResponse> result) {
  EmbedOutcome outcome;
  try {
    outcome = outcome_of(state, std::move(result));
  } catch (const std::bad_alloc&) {
    state.counts.errors.add();
    outcome.refusal.reason = Reason::overloaded;
    outcome.refusal.error.code = ErrorCode::resource_exhausted;
    outcome.refusal.retry_after = std::chrono::seconds(1);
  }
  { const auto released = std::move(state.ticket); }
  state.done(std::move(outcome));
}

}  // namespace

EmbedService::EmbedService(ServiceOptions options)
    : cache_(options.cache_bytes), admission_(options.bounds), rate_limit_(options.requests_per_minute) {
  const auto one = [](double value) { return std::vector<std::pair<std::string, double>>{{"", value}}; };
  metrics_.add_gauge({"akidb_embed_in_flight_requests", "Embedding requests that are admitted and not answered", "",
                      [this, one] { return one(static_cast<double>(admission_.held().requests)); }});
  metrics_.add_gauge({"akidb_embed_in_flight_texts", "Texts of admitted requests", "",
                      [this, one] { return one(static_cast<double>(admission_.held().load.texts)); }});
  metrics_.add_gauge({"akidb_embed_in_flight_bytes", "Bytes of admitted requests", "",
                      [this, one] { return one(static_cast<double>(admission_.held().load.bytes)); }});
  metrics_.add_gauge({"akidb_embed_unsent_bytes", "Bytes of answers that wait for their clients", "",
                      [this, one] { return one(static_cast<double>(admission_.unsent())); }});
  metrics_.add_gauge({"te_queue_size", "As in Text Embeddings Inference", "",
                      [this, one] { return one(static_cast<double>(admission_.held().load.texts)); }});
  metrics_.add_gauge({"akidb_embed_cache_bytes", "Memory of the text cache", "",
                      [this, one] { return one(static_cast<double>(cache_.bytes())); }});
  metrics_.add_gauge({"akidb_embed_draining", "1 while the server is about to stop", "",
                      [this, one] { return one(draining_ ? 1 : 0); }});
  metrics_.add_gauge({"akidb_embed_model_ready", "1 where the model can serve", "model", [this] {
                        std::vector<std::pair<std::string, double>> values;
                        for (const auto& entry : models_.list()) {
                          values.emplace_back(entry->name, entry->state == ModelState::ready ? 1 : 0);
                        }
                        return values;
                      }});
}

EmbedService::Found EmbedService::find_model(std::string_view name) const {
  if (draining_) {
    return {nullptr, refusal(Reason::draining, "the server is about to stop", std::chrono::seconds(1))};
  }
  const auto entry = models_.find(name);
  if (!entry) return {nullptr, unknown_model(name)};
  switch (entry->state) {
    case ModelState::ready: return {entry->model, {}};
    case ModelState::loading:
      return {nullptr,
              refusal(Reason::loading, "the model \"" + entry->name + "\" is loading", std::chrono::seconds(1))};
    case ModelState::failed: break;
  }
  return {nullptr, refusal(ErrorCode::unavailable, "the model \"" + entry->name + "\" could not be loaded")};
}

std::optional<Refusal> EmbedService::check(const EmbedCall& call, const ServedModel& model) const {
  const auto& inputs = call.request.inputs;
  if (inputs.empty()) return refusal(Reason::empty_batch, "inputs: expected at least one, found none");
  if (call.most_inputs != 0 && inputs.size() > call.most_inputs) {
    return refusal(Reason::too_many_inputs, "inputs: expected at most " + std::to_string(call.most_inputs) +
                                                ", found " + std::to_string(inputs.size()));
  }
  const Tokenizer* tokenizer = model.provider->tokenizer();
  // A token is a byte or more, so that only a large request has to be counted.
  if (call.most_tokens != 0 && tokenizer != nullptr && total_bytes(inputs) > call.most_tokens) {
    if (const auto tokens = total_tokens(inputs, *tokenizer); tokens > call.most_tokens) {
      return refusal(Reason::too_many_tokens, "inputs: expected at most " + std::to_string(call.most_tokens) +
                                                  " tokens in all, found " + std::to_string(tokens));
    }
  }
  return std::nullopt;
}

void EmbedService::set_settings(std::string json) {
  const std::lock_guard lock(settings_mutex_);
  settings_ = std::move(json);
}

std::string EmbedService::settings() const {
  const std::lock_guard lock(settings_mutex_);
  return settings_;
}

Refusal EmbedService::overloaded(std::string message) const {
  return refusal(Reason::overloaded, std::move(message), admission_.retry_after());
}

EmbedDone EmbedService::counted_as_tei(bool is_batch, EmbedDone done) {
  metrics_.tei.began(is_batch);
  return [this, is_batch, done = std::move(done)](EmbedOutcome outcome) {
    if (outcome.response) {
      metrics_.tei.succeeded(is_batch);
    } else {
      metrics_.tei.failed(outcome.refusal);
    }
    done(std::move(outcome));
  };
}

void EmbedService::embed(EmbedCall call, EmbedDone done) {
  if (has_routes_of_tei(call.family)) done = counted_as_tei(call.is_batch, std::move(done));
  auto found = find_model(call.request.model);
  if (!found.model) {
    done({{}, std::move(found.refusal)});
    return;
  }
  if (auto problem = check(call, *found.model)) {
    use_names(call.names, problem->error);
    done({{}, *std::move(problem)});
    return;
  }
  submit(found.model, std::move(call), std::move(done));
}

void EmbedService::submit(const std::shared_ptr<const ServedModel>& model, EmbedCall call, EmbedDone done) {
  auto& request = call.request;
  auto ticket = admission_.admit({request.inputs.size(), call.bytes}, request.caller);
  if (!ticket) {
    done({{}, overloaded("the server is overloaded")});
    return;
  }
  auto& counts = metrics_.model(model->name);
  counts.requests.add();
  counts.admitted_texts.add(request.inputs.size());
  BatchPlan plan(request, model->cache_name, cache_);
  counts.duplicate_texts.add(plan.duplicates());
  counts.cache_hits.add(plan.cache_hits());
  counts.cache_misses.add(plan.cache_misses());
  if (!plan.has_work()) {
    auto response = plan.from_cache(model->name);
    counts.count(response, Clock::now() - call.received);
    done({std::move(response), {}});
    return;
  }
  request.model.clear();  // the registry has found it; the provider may know it by another name
  Travelling travelling{*this, counts,          *std::move(ticket), std::move(plan),
                        model, std::move(done), call.received,      call.names};
  model->provider->embed_batch_async(std::move(request),
                                     [state = std::move(travelling)](Result<BatchEmbeddingResponse> result) mutable {
                                       end(state, std::move(result));
                                     });
}

}  // namespace akidb::embedding::server
