// PipelineProvider: an EmbeddingProvider over a Pipeline, whatever its backend.
#pragma once

#include <akidb/embedding/provider.hpp>
#include <cstddef>
#include <memory>
#include <string>

#include "pipeline/pipeline.hpp"

namespace akidb::embedding::providers {

class PipelineProvider final : public EmbeddingProvider {
 public:
  // `info` is completed from the pipeline: dimension, threads, and what the backend says of itself.
  // `model_id` is another name that requests may use.
  PipelineProvider(pipeline::PipelineParts parts, pipeline::PipelineOptions options, ModelInfo info,
                   std::string model_id, std::size_t max_batch_size);

  [[nodiscard]] const Tokenizer* tokenizer() const override { return &pipeline_.tokenizer(); }

 private:
  void do_submit(Submission submission, Completion done) override {
    pipeline_.submit(std::move(submission), std::move(done));
  }
  [[nodiscard]] Result<std::shared_ptr<const ModelInfo>> do_model_info() const override { return info_; }
  [[nodiscard]] bool answers_to(std::string_view name) const override {
    return name == info_->model || name == model_id_;
  }
  [[nodiscard]] std::size_t max_batch_size() const override { return max_batch_size_; }

  pipeline::Pipeline pipeline_;
  std::shared_ptr<const ModelInfo> info_;
  std::string model_id_;
  std::size_t max_batch_size_;
};

}  // namespace akidb::embedding::providers
