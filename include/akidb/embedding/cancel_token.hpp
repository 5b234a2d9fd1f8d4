// CancelToken: the caller keeps one copy and hands another to a request.
#pragma once

#include <atomic>
#include <memory>

namespace akidb::embedding {

// Copies share one flag. A default-constructed token can never be cancelled and costs nothing.
// All functions may be called from any thread at any time.
//
//   auto token = CancelToken::create();
//   request.cancel = token;
//   ...
//   token.cancel();   // work that is still queued is dropped; the request ends as `cancelled`
class CancelToken {
 public:
  CancelToken() = default;

  static CancelToken create() {
    CancelToken token;
    token.flag_ = std::make_shared<std::atomic<bool>>(false);
    return token;
  }

  // Takes effect on queued work at once and on a running forward pass at its end. Idempotent.
  void cancel() const noexcept {
    if (flag_) flag_->store(true, std::memory_order_relaxed);
  }

  [[nodiscard]] bool cancelled() const noexcept { return flag_ && flag_->load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

}  // namespace akidb::embedding
