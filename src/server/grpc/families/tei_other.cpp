// Text Embeddings Inference, tei.v1: information, tokens, and what an embedding model has no head for.
#include <akidb/embedding/tokenizer.hpp>

#include "base/prompt_lookup.hpp"
#include "server/grpc/call.hpp"
#include "server/grpc/families/handlers.hpp"
#include "tei/v1/tei.pb.h"

namespace akidb::embedding::server {
namespace {

namespace tei = ::tei::v1;

// The model that TEI's methods mean, and its tokenizer; null, and the turn refused, where there is none.
struct WithTokenizer {
  std::shared_ptr<const ServedModel> model;
  const Tokenizer* tokenizer = nullptr;
};

WithTokenizer find_tokenizer(const TurnPtr& turn) {
  auto found = turn->call().service().find_model({});
  if (!found.model) {
    turn->refuse(found.refusal);
    return {};
  }
  const Tokenizer* tokenizer = found.model->provider->tokenizer();
  if (tokenizer == nullptr) turn->refuse(refusal(ErrorCode::unsupported, "the model has no tokenizer here"));
  return {found.model, tokenizer};
}

void write_tokens(const Encoding& encoding, std::string_view text, tei::EncodeResponse& out) {
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    auto& token = *out.add_tokens();
    const auto [begin, end] = encoding.byte_offsets[i];
    token.set_id(encoding.ids[i]);
    token.set_special(encoding.special_tokens_mask[i] != 0);
    if (token.special()) {
      token.set_text(encoding.tokens[i]);
      continue;
    }
    token.set_text(std::string(text.substr(begin, end - begin)));
    token.set_start(begin);
    token.set_stop(end);
  }
}

// What a classifier or a ranker could do: reads the message, so that a malformed one is said to be so.
template <class Request>
void refuse_head(const TurnPtr& turn, const char* task, bool is_batch = false) {
  Request in;
  if (!turn->read(in)) return;
  auto& service = turn->call().service();
  auto found = service.find_model({});
  const Refusal problem =
      found.model ? refusal(Reason::no_head, std::string("the model is an embedding model and cannot ") + task)
                  : std::move(found.refusal);
  service.metrics().tei.refused(is_batch, problem);
  turn->refuse(problem);
}

}  // namespace

void handle_tei_info(const TurnPtr& turn) {
  tei::InfoRequest in;
  if (!turn->read(in)) return;
  const auto found = turn->call().service().find_model({});
  if (!found.model) {
    turn->refuse(found.refusal);
    return;
  }
  const auto& info = found.model->info;
  const auto& options = turn->call().options();
  tei::InfoResponse out;
  out.set_version(options.version);
  out.set_model_id(info.model);
  if (!info.revision.empty()) out.set_model_sha(info.revision);
  out.set_model_dtype(info.dtype == "fp32" ? "float32" : info.dtype);
  out.set_model_type(tei::MODEL_TYPE_EMBEDDING);
  out.set_max_concurrent_requests(static_cast<std::uint32_t>(turn->call().service().admission().bounds().requests));
  out.set_max_input_length(info.max_tokens);
  out.set_max_batch_tokens(info.batch_tokens);
  out.set_max_client_batch_size(static_cast<std::uint32_t>(options.tei_inputs));
  out.set_tokenization_workers(info.threads);
  turn->reply(out);
}

void handle_tei_tokenize(const TurnPtr& turn) {
  tei::EncodeRequest in;
  if (!turn->read(in)) return;
  const auto with = find_tokenizer(turn);
  if (with.tokenizer == nullptr) return;
  const auto prompt = base::prompt_named(with.model->info.prompts, in.prompt_name());
  if (!prompt) {
    turn->refuse({prompt.error(), Reason::none, std::chrono::seconds(0)});
    return;
  }
  const std::string text = *prompt + in.inputs();
  EncodeOptions encode;
  encode.add_special_tokens = in.add_special_tokens();
  const auto encoding = with.tokenizer->encode(text, std::nullopt, encode);
  if (!encoding) {
    turn->refuse({encoding.error(), Reason::none, std::chrono::seconds(0)});
    return;
  }
  tei::EncodeResponse out;
  write_tokens(*encoding, text, out);
  turn->reply(out);
}

void handle_tei_decode(const TurnPtr& turn) {
  tei::DecodeRequest in;
  if (!turn->read(in)) return;
  const auto with = find_tokenizer(turn);
  if (with.tokenizer == nullptr) return;
  const TokenIds ids(in.ids().begin(), in.ids().end());
  auto text = with.tokenizer->decode(ids, in.skip_special_tokens());
  if (!text) {
    turn->refuse({text.error(), Reason::none, std::chrono::seconds(0)});
    return;
  }
  tei::DecodeResponse out;
  out.set_text(*std::move(text));
  turn->reply(out);
}

void handle_tei_sparse(const TurnPtr& turn) { refuse_head<tei::EmbedSparseRequest>(turn, "give sparse vectors"); }
void handle_tei_predict(const TurnPtr& turn) { refuse_head<tei::PredictRequest>(turn, "classify"); }
void handle_tei_predict_pair(const TurnPtr& turn) { refuse_head<tei::PredictPairRequest>(turn, "classify"); }
void handle_tei_rerank(const TurnPtr& turn) { refuse_head<tei::RerankRequest>(turn, "rerank", true); }
void handle_tei_rerank_stream(const TurnPtr& turn) { refuse_head<tei::RerankStreamRequest>(turn, "rerank", true); }

}  // namespace akidb::embedding::server
