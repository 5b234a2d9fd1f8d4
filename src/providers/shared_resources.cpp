#include "providers/shared_resources.hpp"

#include <mutex>

#include "base/executor.hpp"

namespace akidb::embedding::providers {
namespace {

template <class T, class Make>
std::shared_ptr<T> shared_while_used(Make make) {
  static std::mutex mutex;
  static std::weak_ptr<T> current;
  const std::lock_guard lock(mutex);
  auto existing = current.lock();
  if (!existing) {
    existing = make();
    current = existing;
  }
  return existing;
}

}  // namespace

std::shared_ptr<Executor> executor_for(const ProviderOptions& options) {
  if (options.executor) return options.executor;
  if (options.threads != 0) return make_executor(options.threads);
  return shared_while_used<Executor>([] { return make_executor(0); });
}

std::shared_ptr<pipeline::Admission> admission_for(const ProviderOptions& options) {
  if (options.max_queued_sequences == 0 && options.max_queued_tokens == 0) {
    return shared_while_used<pipeline::Admission>(
        [] { return std::make_shared<pipeline::Admission>(pipeline::Admission::Bounds{}); });
  }
  pipeline::Admission::Bounds bounds;
  if (options.max_queued_sequences != 0) bounds.sequences = options.max_queued_sequences;
  if (options.max_queued_tokens != 0) bounds.tokens = options.max_queued_tokens;
  return std::make_shared<pipeline::Admission>(bounds);
}

}  // namespace akidb::embedding::providers
