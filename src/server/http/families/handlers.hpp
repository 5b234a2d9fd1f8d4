// The handlers that the table of routes names. Each answers its exchange once, now or later.
#pragma once

#include "server/http/exchange.hpp"

namespace akidb::embedding::server {

// Life and state
void handle_live(const ExchangePtr& exchange);
void handle_ready(const ExchangePtr& exchange);
void handle_health(const ExchangePtr& exchange);
void handle_metrics(const ExchangePtr& exchange);
void handle_openapi(const ExchangePtr& exchange);

// The page; without a key it comes as the body of the refusal: it holds nothing of the server, and asks for the key.
void handle_playground(const ExchangePtr& exchange);
void refuse_playground(const ExchangePtr& exchange);

// Our own
void handle_own_embed(const ExchangePtr& exchange);
void handle_own_models(const ExchangePtr& exchange);
void handle_own_config(const ExchangePtr& exchange);

// OpenAI
void handle_openai_embeddings(const ExchangePtr& exchange);
void handle_openai_models(const ExchangePtr& exchange);
void handle_openai_model(const ExchangePtr& exchange);

// Text Embeddings Inference
void handle_tei_info(const ExchangePtr& exchange);
void handle_tei_embed(const ExchangePtr& exchange);
void handle_tei_root(const ExchangePtr& exchange);
void handle_tei_pipeline(const ExchangePtr& exchange);
void handle_tei_embed_all(const ExchangePtr& exchange);
void handle_tei_similarity(const ExchangePtr& exchange);
void handle_tei_tokenize(const ExchangePtr& exchange);
void handle_tei_decode(const ExchangePtr& exchange);
void handle_tei_vertex(const ExchangePtr& exchange);
void handle_tei_embed_sparse(const ExchangePtr& exchange);
void handle_tei_predict(const ExchangePtr& exchange);
void handle_tei_rerank(const ExchangePtr& exchange);

// Cohere and Jina
void handle_cohere_embed_v1(const ExchangePtr& exchange);
void handle_cohere_embed_v2(const ExchangePtr& exchange);
void handle_no_rerank(const ExchangePtr& exchange);

// Ollama
void handle_ollama_embed(const ExchangePtr& exchange);
void handle_ollama_embeddings(const ExchangePtr& exchange);
void handle_ollama_tags(const ExchangePtr& exchange);
void handle_ollama_show(const ExchangePtr& exchange);
void handle_ollama_version(const ExchangePtr& exchange);

// The Open Inference Protocol
void handle_kserve_server(const ExchangePtr& exchange);
void handle_kserve_model(const ExchangePtr& exchange);
void handle_kserve_model_ready(const ExchangePtr& exchange);
void handle_kserve_infer(const ExchangePtr& exchange);

}  // namespace akidb::embedding::server
