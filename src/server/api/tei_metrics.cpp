#include "server/api/tei_metrics.hpp"

namespace akidb::embedding::server {

std::string_view to_string(TeiFailure failure) noexcept {
  switch (failure) {
    case TeiFailure::overloaded: return "overloaded";
    case TeiFailure::batch_size: return "batch_size";
    case TeiFailure::model_type: return "model_type";
    case TeiFailure::validation: return "validation";
    case TeiFailure::inference: return "inference";
  }
  return "";
}

std::optional<TeiFailure> tei_failure(const Refusal& refusal) noexcept {
  if (refusal.reason == Reason::too_many_inputs) return TeiFailure::batch_size;
  if (refusal.reason == Reason::no_head) return TeiFailure::model_type;
  switch (refusal.error.code) {
    case ErrorCode::resource_exhausted: return TeiFailure::overloaded;
    case ErrorCode::invalid_argument: return TeiFailure::validation;
    case ErrorCode::data_corrupt:
    case ErrorCode::internal: return TeiFailure::inference;
    default: return std::nullopt;
  }
}

void TeiMetrics::failed(const Refusal& refusal) noexcept {
  if (const auto failure = tei_failure(refusal)) failures_[static_cast<std::size_t>(*failure)].add();
}

}  // namespace akidb::embedding::server
