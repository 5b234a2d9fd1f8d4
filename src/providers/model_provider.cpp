#include "providers/model_provider.hpp"

#include <akidb/embedding/tokenizer.hpp>
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "providers/asked_prompts.hpp"
#include "providers/ids_only_tokenizer.hpp"
#include "providers/pipeline_provider.hpp"
#include "providers/pooling_names.hpp"
#include "providers/shared_resources.hpp"

namespace akidb::embedding::providers {
namespace {

Result<std::uint32_t> longest_input(const model::ModelFolder& model, std::uint32_t asked) {
  if (asked == 0) return model.max_tokens;
  const std::uint32_t positions = model.encoder ? model.encoder->max_positions : asked;
  if (asked > positions) {
    return Error{ErrorCode::invalid_argument,
                 "max_length: expected at most " + std::to_string(positions) +
                     ", the positions that the model has, found " + std::to_string(asked),
                 {},
                 {}};
  }
  return asked;
}

// At least one token has to fit between the special ones.
Result<void> check_room(std::uint32_t max_tokens, const Tokenizer& tokenizer, bool is_asked) {
  const std::size_t special = tokenizer.prefix_ids().size() + tokenizer.suffix_ids().size();
  if (max_tokens > special) return {};
  return Error{is_asked ? ErrorCode::invalid_argument : ErrorCode::data_corrupt,
               std::string(is_asked ? "max_length" : "the model's longest input (max_seq_length, model_max_length)") +
                   ": expected more than the " + std::to_string(special) + " special tokens, found " +
                   std::to_string(max_tokens),
               {},
               {}};
}

// do_lower_case asks for what the tokenizers of uncased models do anyway.
Result<void> check_lower_case(const model::ModelFolder& model, const Tokenizer& tokenizer) {
  if (!model.lower_case) return {};
  std::vector<std::uint32_t> upper;
  std::vector<std::uint32_t> lower;
  if (auto outcome = tokenizer.encode_ids("A B C", false, upper); !outcome) return outcome;
  if (auto outcome = tokenizer.encode_ids("a b c", false, lower); !outcome) return outcome;
  if (upper == lower) return {};
  return Error{ErrorCode::unsupported,
               "sentence_bert_config.json: do_lower_case: not supported with a tokenizer that keeps case",
               {},
               {}};
}

pipeline::PipelineOptions pipeline_options(const model::ModelFolder& model, std::string name,
                                           std::uint32_t max_tokens) {
  pipeline::PipelineOptions options;
  options.model = std::move(name);
  options.normalize = model.normalize;
  options.encoder.max_tokens = max_tokens;
  options.encoder.vocab_size = model.encoder ? model.encoder->vocab_size : 0;
  options.encoder.prompts = {model.prompts.by_name, model.prompts.default_name};
  if (model.pooling) {
    options.pooling.clear();
    for (const auto mode : model.pooling->modes) options.pooling.push_back(pooling_row(mode).step);
    options.encoder.pool_prompt = model.pooling->include_prompt;
  }
  return options;
}

ModelInfo model_info(const model::ModelFolder& model, const pipeline::PipelineOptions& options, bool pooled_by_graph) {
  ModelInfo info;
  info.model = options.model;
  info.max_tokens = options.encoder.max_tokens;
  info.normalized = options.normalize;
  info.architecture = model.encoder ? model.encoder->architecture : "";
  info.prompts = model.prompts.by_name;
  info.default_prompt_name = model.prompts.default_name;
  if (pooled_by_graph) {
    info.pooling = "none";
  } else {
    for (const auto mode : model.pooling.value_or(model::PoolingConfig{}).modes) {
      info.pooling.append(info.pooling.empty() ? "" : "+").append(pooling_row(mode).name);
    }
  }
  return info;
}

// A tokenizer, or one that refuses texts where the model can do without.
struct TextSide {
  std::unique_ptr<const Tokenizer> tokenizer;
  bool takes_text = true;
};

Result<TextSide> text_side(const ProviderOptions& options, const ModelParts& parts) {
  auto tokenizer = load_tokenizer(parts.model.tokenizer);
  if (tokenizer) return TextSide{std::move(tokenizer).value(), true};
  if (!options.tokenizer.empty()) {
    auto error = std::move(tokenizer).error();
    error.message.insert(0, "tokenizer: ");
    return error;
  }
  const auto code = tokenizer.error().code;
  const bool is_absent = code == ErrorCode::not_found || code == ErrorCode::unsupported;
  if (!parts.text_is_optional || !is_absent) return std::move(tokenizer).error();
  base::log(LogLevel::warning, "no texts, token ids only: " + tokenizer.error().message);
  return TextSide{ids_only_tokenizer(std::move(tokenizer).error()), false};
}

Result<void> check_text(const ProviderOptions& options, const ModelParts& parts, const TextSide& text,
                        std::uint32_t max_tokens) {
  if (!text.takes_text) return {};
  if (auto room = check_room(max_tokens, *text.tokenizer, options.max_length != 0); !room) return room;
  return check_lower_case(parts.model, *text.tokenizer);
}

// The model as its files describe it, but for what the caller asks for.
Result<model::ModelFolder> as_asked(model::ModelFolder model, const ProviderOptions& options) {
  if (!options.pooling.empty()) {
    const auto* row = find_pooling(options.pooling);
    if (row == nullptr) return unknown_pooling(options.pooling);
    if (!model.pooling) model.pooling.emplace();
    model.pooling->modes = {row->mode};
  }
  auto prompts = prompts_as_asked({std::move(model.prompts.by_name), model.prompts.default_name}, options);
  if (!prompts) return prompts.error();
  model.prompts = {std::move(prompts->by_name), std::move(prompts->default_name)};
  return model;
}

}  // namespace

ProviderResult make_model_provider(const ProviderOptions& options, const ModelParts& given,
                                   const MakeBackend& make_backend) {
  auto model = as_asked(given.model, options);
  if (!model) return model.error();
  ModelParts parts = given;
  parts.model = *std::move(model);
  const auto max_tokens = longest_input(parts.model, options.max_length);
  if (!max_tokens) return max_tokens.error();
  auto text = text_side(options, parts);
  if (!text) return std::move(text).error();
  if (auto checked = check_text(options, parts, *text, *max_tokens); !checked) return std::move(checked).error();

  auto executor = executor_for(options);
  auto backend = make_backend(executor);
  if (!backend) return std::move(backend).error();
  if (!options.pooling.empty() && (*backend)->info().pooled_output) {
    return Error{ErrorCode::invalid_argument, "pooling: expected none for a graph that pools by itself", {}, {}};
  }
  auto pipeline =
      pipeline_options(parts.model, options.served_name.empty() ? options.model : options.served_name, *max_tokens);
  pipeline.unit_tokens = options.max_batch_tokens;
  auto info = model_info(parts.model, pipeline, (*backend)->info().pooled_output);
  info.revision = parts.revision;
  info.device_reason = parts.device_note;
  pipeline::PipelineParts pieces{std::move(backend).value(), std::move(text->tokenizer), std::move(executor),
                                 admission_for(options)};
  auto provider = std::make_unique<PipelineProvider>(
      std::move(pieces), std::move(pipeline), std::move(info),
      PipelineProvider::Doors{options.model, options.max_batch_size, text->takes_text});
  if (auto healthy = provider->health_check(); !healthy) {
    auto error = std::move(healthy).error();
    // Weights that give no vector are the model's fault, not this library's.
    if (error.code == ErrorCode::internal) error.code = ErrorCode::data_corrupt;
    return error;
  }
  return std::unique_ptr<EmbeddingProvider>(std::move(provider));
}

}  // namespace akidb::embedding::providers
