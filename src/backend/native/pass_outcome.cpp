#include "backend/native/pass_outcome.hpp"

#include <string>

namespace akidb::embedding::backend::native {

void PassOutcome::fail(std::uint32_t stage) noexcept {
  auto known = failed_.load();
  while (stage < known && !failed_.compare_exchange_weak(known, stage)) {
  }
}

Result<void> PassOutcome::result() const {
  const auto stage = failed_.load();
  if (stage == kNowhere) return {};
  if (stage == kNoMemory) return Error{ErrorCode::resource_exhausted, "not enough memory to run the model", {}, {}};
  const std::string where = stage == kEmbeddingsStage ? "the embeddings"
                            : stage % 2 == 1          ? "the attention of layer " + std::to_string((stage - 1) / 2)
                                                      : "the feed-forward of layer " + std::to_string((stage - 2) / 2);
  return Error{ErrorCode::data_corrupt, "the model gave NaN or infinity in " + where, {}, 0};
}

}  // namespace akidb::embedding::backend::native
