// EmbeddingProvider: the one door. Servers, the command line and every binding go through it.
//
//   auto provider = akidb::embedding::open({});             // the default model on the best device
//   if (!provider) { ... provider.error().message ... }
//   auto response = (*provider)->embed_batch({.inputs = {"hello world"}});
//   std::span<const float> vector = response->embeddings.row(0);
#pragma once

#include <akidb/embedding/request.hpp>
#include <akidb/embedding/response.hpp>
#include <akidb/embedding/result.hpp>
#include <chrono>
#include <concepts>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace akidb::embedding {

class Tokenizer;

// Takes the outcome of an asynchronous request: a move-only callable, called exactly once, on a thread
// of the library. It must not block and must not throw; hand longer work to a thread of your own.
class Completion {
 public:
  Completion() = default;

  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, Completion> && std::invocable<F&, Result<BatchEmbeddingResponse>>)
      Completion(F callable)  // NOLINT(google-explicit-constructor): a lambda is passed as it is
      : holder_(std::make_unique<Holder<F>>(std::move(callable))) {}

  void operator()(Result<BatchEmbeddingResponse> outcome) {
    auto holder = std::move(holder_);
    holder->call(std::move(outcome));
  }

  explicit operator bool() const noexcept { return holder_ != nullptr; }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void call(Result<BatchEmbeddingResponse> outcome) = 0;
  };
  template <class F>
  struct Holder final : Base {
    explicit Holder(F callable) : callable_(std::move(callable)) {}
    void call(Result<BatchEmbeddingResponse> outcome) override { callable_(std::move(outcome)); }
    F callable_;
  };
  std::unique_ptr<Base> holder_;
};

// A request that has passed validation, on its way into a provider.
struct Submission {
  BatchEmbeddingRequest request;
  std::chrono::steady_clock::time_point accepted;
};

// Safe to call from many threads at once. Destroying a provider ends its queued requests as
// `unavailable` and waits for running forward passes; no call may be made meanwhile.
class EmbeddingProvider {
 public:
  EmbeddingProvider() = default;
  virtual ~EmbeddingProvider() = default;
  EmbeddingProvider(const EmbeddingProvider&) = delete;
  EmbeddingProvider& operator=(const EmbeddingProvider&) = delete;

  // Vectors of all inputs, or the first error; never a part of them. Waits for the call below.
  Result<BatchEmbeddingResponse> embed_batch(BatchEmbeddingRequest request);

  // Errors: invalid_argument (an empty list, invalid UTF-8, a dimension the model has not, an input too
  // long under Truncation::error, ...), not_found (another model), resource_exhausted (the queue is
  // full), deadline_exceeded, cancelled, internal (the model gave no finite numbers).
  // A completion of a request that fails validation is called on the calling thread. An empty one is not called.
  void embed_batch_async(BatchEmbeddingRequest request, Completion done);

  // What this is and what it really runs on.
  [[nodiscard]] Result<ModelInfo> model_info() const;

  // Runs a real forward pass and looks at its vector: the right dimension, finite, and of unit length
  // where the model normalises. Takes as long as embedding one short text.
  Result<void> health_check();

  // Null where there is none: a remote provider, or a model whose tokenizer is not known, which takes token
  // ids alone. Lives as long as the provider.
  [[nodiscard]] virtual const Tokenizer* tokenizer() const { return nullptr; }

 private:
  virtual void do_submit(Submission submission, Completion done) = 0;
  [[nodiscard]] virtual Result<std::shared_ptr<const ModelInfo>> do_model_info() const = 0;
  // Whether requests may call the model so; by default only by ModelInfo::model.
  [[nodiscard]] virtual bool answers_to(std::string_view name) const;
  // What health_check() embeds.
  [[nodiscard]] virtual Input health_input() const { return "health check"; }
  // The most inputs of one request; 0 for no limit.
  [[nodiscard]] virtual std::size_t max_batch_size() const { return 0; }

  [[nodiscard]] Result<void> validate(const BatchEmbeddingRequest& request) const;
};

}  // namespace akidb::embedding
