// What the embedding methods of all wire families share.
#pragma once

#include <akidb/embedding/response.hpp>
#include <functional>

#include "server/api/call_head.hpp"
#include "server/grpc/turn.hpp"

namespace akidb::embedding::server {

// Makes an answer of the vectors and gives it to the turn, on a thread of the model.
using EmbedWriter = std::function<void(const BatchEmbeddingResponse& vectors, Turn& turn)>;

// A call with the server's own defaults.
EmbedCall new_call(const Turn& turn, std::size_t most_inputs);

// Takes what the metadata says (deadline, priority) into the call, embeds, and answers the turn.
void run_embed(const TurnPtr& turn, EmbedCall call, EmbedWriter write);

}  // namespace akidb::embedding::server
