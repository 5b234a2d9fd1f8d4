// What an engine of our own must see of a batch before it computes: it reads tables where ids and positions say.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string>

#include "backend/backend.hpp"

namespace akidb::embedding::backend {

// invalid_argument for a token id beyond the vocabulary, and for a sequence of more tokens than there are positions.
inline Result<void> check_limits(const TokenBatch& batch, const BackendInfo& info) {
  for (const auto id : batch.token_ids) {
    if (id >= info.vocab_size) {
      return Error{ErrorCode::invalid_argument,
                   "token id " + std::to_string(id) + ": expected one below " + std::to_string(info.vocab_size),
                   {},
                   {}};
    }
  }
  for (std::size_t at = 0; at < batch.sequences(); ++at) {
    if (batch.length(at) > info.max_positions) {
      return Error{ErrorCode::invalid_argument,
                   "a sequence of " + std::to_string(batch.length(at)) + " tokens: expected at most " +
                       std::to_string(info.max_positions),
                   {},
                   {}};
    }
  }
  return {};
}

}  // namespace akidb::embedding::backend
