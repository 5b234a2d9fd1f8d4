#include <string>

#include "base/json.hpp"
#include "fuzz/bodies.hpp"
#include "model/encoder_config.hpp"
#include "model/modules.hpp"
#include "model/pooling_config.hpp"
#include "model/prompts.hpp"
#include "model/relative_path.hpp"
#include "model/sequence_limit.hpp"

namespace akidb::embedding::test {
namespace {

constexpr const char* kName = "fuzz.json";

std::string check_error(const Error& error) {
  if (!error.message.starts_with(kName)) return "an error that does not name the file: " + error.message;
  if (error.code != ErrorCode::data_corrupt && error.code != ErrorCode::unsupported) return "code: " + to_string(error);
  return {};
}

std::string check(const model::EncoderConfig& config) {
  if (config.heads == 0 || config.hidden_size % config.heads != 0) return "heads do not divide the hidden size";
  if (config.layers == 0 || config.vocab_size == 0 || config.max_positions == 0) return "a size is zero";
  if (config.local_window != 0 && config.local_layers.size() != config.layers) return "layers without an attention";
  if (config.rotary_theta != 0 && config.hidden_size / config.heads % 2 != 0) return "heads that cannot be rotated";
  if (!(config.layer_norm_epsilon > 0 && config.layer_norm_epsilon < 1)) return "epsilon is out of bounds";
  return {};
}

std::string check(const model::Modules& modules) {
  return model::is_path_inside(modules.transformer) && model::is_path_inside(modules.pooling.value_or(""))
             ? ""
             : "a path leads out of the folder";
}

std::string check(const model::PoolingConfig& pooling) {
  return pooling.modes.empty() || pooling.modes.size() > 6 ? "number of modes" : "";
}

std::string check(const model::Prompts& prompts) {
  return prompts.default_name && !prompts.by_name.contains(*prompts.default_name) ? "default names no prompt" : "";
}

std::string check(const model::TransformerSettings& settings) {
  return settings.max_seq_length.value_or(1) == 0 ? "max_seq_length is zero" : "";
}

std::string check(const std::optional<std::uint32_t>& limit) {
  return limit.value_or(1) == 0 ? "model_max_length is zero" : "";
}

template <class T>
std::string check(const Result<T>& outcome) {
  return outcome ? check(*outcome) : check_error(outcome.error());
}

}  // namespace

std::string fuzz_model_config(std::string_view bytes) {
  const auto document = base::JsonDocument::parse(bytes, kName);
  if (!document) return check_error(document.error());
  const auto root = document->root();
  for (const std::string& problem :
       {check(model::read_encoder_config(root)), check(model::read_modules(root)),
        check(model::read_pooling_config(root)), check(model::read_prompts(root)),
        check(model::read_transformer_settings(root)), check(model::read_model_max_length(root))}) {
    if (!problem.empty()) return problem;
  }
  return {};
}

}  // namespace akidb::embedding::test
