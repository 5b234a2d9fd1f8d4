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
  struct Doors {
    std::string model_id;  // another name that requests may use
    std::size_t max_batch_size = 0;
    bool takes_text = true;  // false: the tokenizer only says why not
  };

  // `info` is completed from the pipeline: dimension, threads, and what the backend says of itself.
  PipelineProvider(pipeline::PipelineParts parts, pipeline::PipelineOptions options, ModelInfo info, Doors doors);

  [[nodiscard]] const Tokenizer* tokenizer() const override {
    return doors_.takes_text ? &pipeline_.tokenizer() : nullptr;
  }

 private:
  void do_submit(Submission submission, Completion done) override {
    pipeline_.submit(std::move(submission), std::move(done));
  }
  [[nodiscard]] Result<std::shared_ptr<const ModelInfo>> do_model_info() const override { return info_; }
  // Two tokens that every vocabulary has, where there are no texts.
  [[nodiscard]] Input health_input() const override {
    return doors_.takes_text ? Input("health check") : Input(TokenIds{0, 1});
  }
  [[nodiscard]] bool answers_to(std::string_view name) const override {
    return name == info_->model || name == doors_.model_id;
  }
  [[nodiscard]] std::size_t max_batch_size() const override { return doors_.max_batch_size; }

  pipeline::Pipeline pipeline_;
  std::shared_ptr<const ModelInfo> info_;
  Doors doors_;
};

}  // namespace akidb::embedding::providers
