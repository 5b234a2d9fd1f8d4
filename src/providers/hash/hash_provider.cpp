#include "providers/asked_prompts.hpp"
#include "providers/hash/hash_backend.hpp"
#include "providers/hash/hash_tokenizer.hpp"
#include "providers/makers.hpp"
#include "providers/pipeline_provider.hpp"
#include "providers/shared_resources.hpp"

namespace akidb::embedding::providers {
namespace {

constexpr std::uint32_t kMaxTokens = 256;

// What would say how a model's vectors come about: there is no model.
Result<void> check_options(const ProviderOptions& options) {
  const auto refused = [](const std::string& field, const std::string& why) {
    return Error{ErrorCode::invalid_argument, field + ": the provider hash " + why, {}, {}};
  };
  if (!options.pooling.empty()) return refused("pooling", "knows no other than its own");
  if (!options.tokenizer.empty()) return refused("tokenizer", "knows no other than its own");
  if (!options.onnx_file.empty()) return refused("onnx_file", "runs no graph");
  return {};
}

}  // namespace

ProviderResult make_hash_provider(const ProviderOptions& options) {
  if (auto checked = check_options(options); !checked) return checked.error();
  auto prompts = prompts_as_asked({}, options);
  if (!prompts) return prompts.error();
  ModelInfo info;
  info.model = options.served_name.empty() ? "hash" : options.served_name;
  info.max_tokens = options.max_length != 0 ? options.max_length : kMaxTokens;
  info.pooling = "mean";
  info.normalized = true;
  info.architecture = "hash";
  info.prompts = prompts->by_name;
  info.default_prompt_name = prompts->default_name;

  pipeline::PipelineOptions pipeline;
  pipeline.model = info.model;
  pipeline.normalize = true;
  pipeline.unit_tokens = options.max_batch_tokens;
  pipeline.encoder.max_tokens = info.max_tokens;
  pipeline.encoder.vocab_size = HashTokenizer::kVocabSize;
  pipeline.encoder.prompts = *std::move(prompts);

  pipeline::PipelineParts parts{make_hash_backend(), std::make_unique<HashTokenizer>(), executor_for(options),
                                admission_for(options)};
  return std::unique_ptr<EmbeddingProvider>(
      std::make_unique<PipelineProvider>(std::move(parts), std::move(pipeline), std::move(info),
                                         PipelineProvider::Doors{options.model, options.max_batch_size}));
}

}  // namespace akidb::embedding::providers
