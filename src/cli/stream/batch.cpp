#include "cli/stream/batch.hpp"

#include <utility>

namespace akidb::embedding::cli {

void Batch::add(std::uint64_t index, Record record) {
  bytes_ += record.text.size() + record.fields.size() + record.id.size();
  indexes_.push_back(index);
  records_.push_back(std::move(record));
}

BatchEmbeddingRequest Batch::request(const BatchEmbeddingRequest& form, std::size_t first, std::size_t last) const {
  BatchEmbeddingRequest request = form;
  request.inputs.reserve(last - first);
  for (std::size_t i = first; i < last; ++i) request.inputs.emplace_back(records_[i].text);
  return request;
}

void Batch::submit(EmbeddingProvider& provider, const BatchEmbeddingRequest& form) {
  std::promise<Result<BatchEmbeddingResponse>> promise;
  outcome_ = promise.get_future();
  provider.embed_batch_async(request(form, 0, size()), [promise = std::move(promise)](auto outcome) mutable {
    promise.set_value(std::move(outcome));
  });
}

bool Batch::wait_for(std::chrono::milliseconds time) const {
  return outcome_.wait_for(time) == std::future_status::ready;
}

}  // namespace akidb::embedding::cli
