// What the embedding routes of all wire families share.
#pragma once

#include <akidb/embedding/response.hpp>
#include <functional>
#include <string>

#include "server/api/call_head.hpp"
#include "server/api/service.hpp"
#include "server/http/exchange.hpp"

namespace akidb::embedding::server {

// Writes vectors into a response, on a thread of the model.
using EmbedWriter = std::function<void(const BatchEmbeddingResponse& vectors, Response& response)>;

// Takes what the head of the request says (deadline, priority) into the call, embeds, and answers the exchange.
void run_embed(const ExchangePtr& exchange, EmbedCall call, EmbedWriter write);

// A call with the server's own defaults.
EmbedCall new_call(const Exchange& exchange, std::size_t most_inputs);

}  // namespace akidb::embedding::server
