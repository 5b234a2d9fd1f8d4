#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/file.hpp"
#include "base/json.hpp"
#include "model/encoder_config.hpp"
#include "model/model.hpp"
#include "model/modules.hpp"
#include "model/pooling_config.hpp"
#include "model/prompts.hpp"
#include "model/sequence_limit.hpp"
#include "model/weights.hpp"

namespace akidb::embedding::model {
namespace {

namespace fs = std::filesystem;

// Bytes of a configuration file; vocabularies are in files of their own.
constexpr std::size_t kMaxConfig = 4'000'000;

// Tokens where no file says how long an input may be.
constexpr std::uint32_t kDefaultMaxTokens = 512;

// Older versions named the Transformer's settings after its architecture.
constexpr std::array<std::string_view, 7> kSettingsNames = {
    "sentence_bert_config.json",      "sentence_roberta_config.json", "sentence_distilbert_config.json",
    "sentence_camembert_config.json", "sentence_albert_config.json",  "sentence_xlm-roberta_config.json",
    "sentence_xlnet_config.json",
};

// What `reader` makes of a file of the model, nothing where there is no such file. Errors name the file by
// its path inside the model, because several are called config.json.
template <class T>
Result<std::optional<T>> read_if_there(const fs::path& folder, const fs::path& file,
                                       Result<T> (*reader)(const base::JsonValue&)) {
  const fs::path path = folder / file;
  const auto text = base::read_file(path, kMaxConfig);
  if (!text && text.error().code == ErrorCode::not_found) return std::optional<T>();
  if (!text) return text.error();
  auto value =
      base::JsonDocument::parse(*text, file.generic_string()).and_then([&](const base::JsonDocument& document) {
        return reader(document.root());
      });
  if (value) return std::optional<T>(std::move(*value));
  value.error().detail = path.string();
  return value.error();
}

Error missing(const fs::path& folder, const fs::path& file) {
  return {ErrorCode::not_found, file.generic_string() + ": there is no such file", (folder / file).string(), {}};
}

// What is there and no file is an error where it is read.
Result<void> find_weights(const fs::path& folder, ModelFolder& model) {
  for (const auto& base : {model.folder, folder}) {
    for (const std::string_view name : {"onnx/model.onnx", "model.onnx"}) {
      if (!model.onnx && base::is_there(base / name)) model.onnx = base / name;
    }
  }
  if (base::is_there(folder / "model.safetensors")) {
    model.safetensors.files = {folder / "model.safetensors"};
  } else if (base::is_there(folder / kShardIndex)) {
    auto shards = read_shard_index(folder / kShardIndex);
    if (!shards) return shards.error();
    model.safetensors = std::move(*shards);
  }
  if (model.onnx || !model.safetensors.files.empty()) return {};
  std::string problem = "the model has no weights: expected model.safetensors, its index, or onnx/model.onnx";
  if (!base::is_file(folder / "config.json")) problem += "; nor has it a config.json: is this the model's folder?";
  if (base::is_file(folder / "pytorch_model.bin")) problem += " (pytorch_model.bin is never read: it can run code)";
  return Error{ErrorCode::not_found, problem, folder.string(), {}};
}

// A published graph runs without a description, so that an architecture that is not known is no error then.
Result<void> read_encoder(const fs::path& inner, ModelFolder& model) {
  auto encoder = read_if_there(model.folder, inner / "config.json", read_encoder_config);
  if (!encoder) {
    if (encoder.error().code == ErrorCode::unsupported && model.onnx) return {};
    return encoder.error();
  }
  if (!*encoder && !model.onnx) return missing(model.folder, inner / "config.json");
  model.encoder = std::move(*encoder);
  return {};
}

Result<TransformerSettings> read_settings(const fs::path& inner, const ModelFolder& model) {
  for (const std::string_view name : kSettingsNames) {
    auto settings = read_if_there(model.folder, inner / name, read_transformer_settings);
    if (!settings) return settings.error();
    if (*settings) return **settings;
  }
  return TransformerSettings();
}

Result<void> read_limits(const fs::path& inner, ModelFolder& model) {
  const auto settings = read_settings(inner, model);
  if (!settings) return settings.error();
  const auto tokenizer = read_if_there(model.folder, inner / "tokenizer_config.json", read_model_max_length);
  if (!tokenizer) return tokenizer.error();
  const auto wanted = settings->max_seq_length ? settings->max_seq_length : tokenizer->value_or(std::nullopt);
  const std::uint32_t positions = model.encoder ? model.encoder->max_positions : wanted.value_or(kDefaultMaxTokens);
  model.max_tokens = std::min(wanted.value_or(positions), positions);
  model.lower_case = settings->lower_case;
  return {};
}

Result<void> read_pooling(const Modules& modules, ModelFolder& model) {
  model.normalize = modules.normalize;
  if (!modules.pooling) return {};
  const fs::path file = fs::path(*modules.pooling) / "config.json";
  auto pooling = read_if_there(model.folder, file, read_pooling_config);
  if (!pooling) return pooling.error();
  if (!*pooling) return missing(model.folder, file);
  const auto dimension = (*pooling)->dimension;
  if (model.encoder && dimension != 0 && dimension != model.encoder->hidden_size) {
    return Error{ErrorCode::data_corrupt,
                 file.generic_string() + ": word_embedding_dimension: expected the " +
                     std::to_string(model.encoder->hidden_size) + " of the hidden size in config.json, found " +
                     std::to_string(dimension),
                 (model.folder / file).string(),
                 {}};
  }
  model.pooling = std::move(*pooling);
  return {};
}

fs::path find_tokenizer(const fs::path& folder, const fs::path& root) {
  for (const auto& base : {folder, root}) {
    if (base::is_there(base / "tokenizer.json")) return base / "tokenizer.json";
    if (base::is_there(base / "vocab.txt")) return base;
  }
  return folder;
}

}  // namespace

std::uint32_t ModelFolder::dimension() const {
  if (!encoder) return 0;
  const auto rows = pooling ? static_cast<std::uint32_t>(pooling->modes.size()) : 1;
  return encoder->hidden_size * rows;
}

Result<ModelFolder> read_model_folder(const fs::path& folder, std::optional<fs::path> graph) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    return Error{ErrorCode::not_found, "there is no model folder of this name", folder.string(), {}};
  }
  ModelFolder model;
  model.folder = folder;
  model.onnx = std::move(graph);
  auto modules = read_if_there(folder, "modules.json", read_modules);
  if (!modules) return modules.error();
  if (!*modules) {
    model.pooling = PoolingConfig{};
    modules->emplace();
  }
  const fs::path inner = (*modules)->transformer;
  const fs::path transformer = inner.empty() ? folder : folder / inner;
  if (auto outcome = find_weights(transformer, model); !outcome) return outcome.error();
  if (auto outcome = read_encoder(inner, model); !outcome) return outcome.error();
  if (auto outcome = read_limits(inner, model); !outcome) return outcome.error();
  if (auto outcome = read_pooling(**modules, model); !outcome) return outcome.error();
  auto prompts = read_if_there(folder, "config_sentence_transformers.json", read_prompts);
  if (!prompts) return prompts.error();
  if (*prompts) model.prompts = std::move(**prompts);
  model.tokenizer = find_tokenizer(transformer, folder);
  return model;
}

}  // namespace akidb::embedding::model
