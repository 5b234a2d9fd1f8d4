// Pipeline: tokenise -> schedule -> forward -> pool -> post-process -> home by index.
#pragma once

#include <akidb/embedding/provider.hpp>
#include <akidb/embedding/tokenizer.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "backend/backend.hpp"
#include "base/executor.hpp"
#include "pipeline/admission.hpp"
#include "pipeline/encoder.hpp"
#include "pipeline/pooling.hpp"
#include "pipeline/scheduler.hpp"
#include "pipeline/unit_runner.hpp"

namespace akidb::embedding::pipeline {

struct PipelineParts {
  std::unique_ptr<backend::Backend> backend;
  std::unique_ptr<const Tokenizer> tokenizer;
  std::shared_ptr<Executor> executor;
  std::shared_ptr<Admission> admission;
};

struct PipelineOptions {
  std::string model;  // the name in responses
  EncoderOptions encoder;
  std::vector<PoolingMode> pooling = {PoolingMode::mean};  // not used where the backend's output is pooled
  bool normalize = false;                                  // what Normalize::model means
  // Inputs of one request that are tokenised ahead of the workers; the rest waits as text.
  std::size_t window = 2'048;
  std::size_t unit_tokens = 0;  // most of one forward pass; 0, or more than the backend's: the backend's
};

// Thread-safe.
class Pipeline {
 public:
  Pipeline(PipelineParts parts, PipelineOptions options);

  // Takes a validated request; tokenises the first inputs on this thread.
  void submit(Submission submission, Completion done);

  [[nodiscard]] std::size_t dimension() const noexcept { return runner_.dimension(); }
  [[nodiscard]] const Tokenizer& tokenizer() const noexcept { return *parts_.tokenizer; }
  [[nodiscard]] const backend::BackendInfo& backend_info() const { return parts_.backend->info(); }
  [[nodiscard]] std::uint32_t threads() const noexcept { return parts_.executor->size(); }
  [[nodiscard]] std::size_t batch_tokens() const noexcept;

 private:
  [[nodiscard]] Result<std::size_t> row_dimension(const BatchEmbeddingRequest& request) const;
  Result<void> queue_next(const std::shared_ptr<Job>& job, bool is_first);
  void feed(const std::shared_ptr<Job>& job);

  PipelineParts parts_;
  PipelineOptions options_;
  Encoder encoder_;
  UnitRunner runner_;
  Scheduler scheduler_;  // last: its destructor waits for work that uses all of the above
};

}  // namespace akidb::embedding::pipeline
