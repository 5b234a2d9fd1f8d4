// The handlers that the table of methods names. Each answers its turn once, now or later.
#pragma once

#include "server/grpc/turn.hpp"

namespace akidb::embedding::server {

// akidb.embedding.v1
void handle_embed_batch(const TurnPtr& turn);
void handle_model_info(const TurnPtr& turn);
void handle_list_models(const TurnPtr& turn);
void handle_own_health(const TurnPtr& turn);

// tei.v1
void handle_tei_info(const TurnPtr& turn);
void handle_tei_embed(const TurnPtr& turn);
void handle_tei_embed_all(const TurnPtr& turn);
void handle_tei_sparse(const TurnPtr& turn);
void handle_tei_predict(const TurnPtr& turn);
void handle_tei_predict_pair(const TurnPtr& turn);
void handle_tei_rerank(const TurnPtr& turn);
void handle_tei_rerank_stream(const TurnPtr& turn);
void handle_tei_tokenize(const TurnPtr& turn);
void handle_tei_decode(const TurnPtr& turn);

// The Open Inference Protocol
void handle_server_live(const TurnPtr& turn);
void handle_server_ready(const TurnPtr& turn);
void handle_model_ready(const TurnPtr& turn);
void handle_server_metadata(const TurnPtr& turn);
void handle_model_metadata(const TurnPtr& turn);
void handle_model_infer(const TurnPtr& turn);

// gRPC's own
void handle_health_check(const TurnPtr& turn);
void handle_reflection(const TurnPtr& turn);

}  // namespace akidb::embedding::server
