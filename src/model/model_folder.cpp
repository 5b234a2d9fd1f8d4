#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <system_error>

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
using base::JsonDocument;

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

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

// Nothing where there is no such file.
Result<std::optional<JsonDocument>> read_if_there(const fs::path& path) {
  auto document = JsonDocument::read(path, kMaxConfig);
  if (document) return std::optional(std::move(*document));
  if (document.error().code == ErrorCode::not_found) return std::optional<JsonDocument>();
  return document.error();
}

// The reader's result for a file, or `absent` where there is no such file. A config.json of a subfolder is
// told from the model's own by its folder.
template <class T>
Result<T> read_config(const fs::path& path, Result<T> (*reader)(const base::JsonValue&), T absent) {
  const auto document = read_if_there(path);
  if (!document) return document.error();
  if (!*document) return absent;
  auto outcome = reader((*document)->root());
  if (!outcome && outcome.error().detail.empty()) outcome.error().detail = path.string();
  return outcome;
}

Result<void> find_weights(const fs::path& folder, ModelFolder& model) {
  for (const auto& base : {model.folder, folder}) {
    for (const std::string_view name : {"onnx/model.onnx", "model.onnx"}) {
      if (!model.onnx && is_file(base / name)) model.onnx = base / name;
    }
  }
  if (is_file(folder / "model.safetensors")) {
    model.safetensors = {folder / "model.safetensors"};
  } else if (is_file(folder / "model.safetensors.index.json")) {
    auto shards = read_shard_index(folder / "model.safetensors.index.json");
    if (!shards) return shards.error();
    model.safetensors = std::move(*shards);
  }
  if (model.onnx || !model.safetensors.empty()) return {};
  std::string problem = "the model has no weights: expected model.safetensors, its index, or onnx/model.onnx";
  if (is_file(folder / "pytorch_model.bin")) problem += " (pytorch_model.bin is never read: it can run code)";
  return Error{ErrorCode::not_found, problem, folder.string(), {}};
}

// A published graph runs without a description, so that an architecture that is not known is no error then.
Result<void> read_encoder(const fs::path& folder, ModelFolder& model) {
  const auto document = JsonDocument::read(folder / "config.json", kMaxConfig);
  if (!document) {
    if (document.error().code == ErrorCode::not_found && model.onnx) return {};
    return document.error();
  }
  auto encoder = read_encoder_config(document->root());
  if (encoder) {
    model.encoder = std::move(*encoder);
    return {};
  }
  if (encoder.error().code == ErrorCode::unsupported && model.onnx) return {};
  encoder.error().detail = (folder / "config.json").string();
  return encoder.error();
}

Result<void> read_limits(const fs::path& folder, ModelFolder& model) {
  TransformerSettings settings;
  for (const std::string_view name : kSettingsNames) {
    if (!is_file(folder / name)) continue;
    const auto read = read_config(folder / name, read_transformer_settings, {});
    if (!read) return read.error();
    settings = *read;
    break;
  }
  const auto model_max_length =
      read_config(folder / "tokenizer_config.json", read_model_max_length, std::optional<std::uint32_t>());
  if (!model_max_length) return model_max_length.error();

  const std::optional<std::uint32_t> wanted = settings.max_seq_length ? settings.max_seq_length : *model_max_length;
  const std::uint32_t positions = model.encoder ? model.encoder->max_positions : wanted.value_or(kDefaultMaxTokens);
  model.max_tokens = std::min(wanted.value_or(positions), positions);
  model.lower_case = settings.lower_case;
  return {};
}

Result<void> read_pooling(const Modules& modules, ModelFolder& model) {
  model.normalize = modules.normalize;
  if (!modules.pooling) return {};
  const fs::path path = model.folder / *modules.pooling / "config.json";
  const auto document = JsonDocument::read(path, kMaxConfig);
  if (!document) return document.error();
  auto pooling = read_pooling_config(document->root());
  if (!pooling) {
    pooling.error().message = *modules.pooling + "/" + pooling.error().message;
    pooling.error().detail = path.string();
    return pooling.error();
  }
  model.pooling = std::move(*pooling);
  return {};
}

fs::path find_tokenizer(const fs::path& folder, const fs::path& root) {
  for (const auto& base : {folder, root}) {
    if (is_file(base / "tokenizer.json")) return base / "tokenizer.json";
    if (is_file(base / "vocab.txt")) return base;
  }
  return folder;
}

}  // namespace

std::uint32_t ModelFolder::dimension() const {
  if (!encoder) return 0;
  const auto rows = pooling ? static_cast<std::uint32_t>(pooling->modes.size()) : 1;
  return encoder->hidden_size * rows;
}

Result<ModelFolder> read_model_folder(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    return Error{ErrorCode::not_found, "there is no model folder of this name", folder.string(), {}};
  }
  ModelFolder model;
  model.folder = folder;
  const auto modules_file = read_if_there(folder / "modules.json");
  if (!modules_file) return modules_file.error();
  Modules modules;
  if (*modules_file) {
    auto read = read_modules((*modules_file)->root());
    if (!read) return read.error();
    modules = std::move(*read);
  } else {
    model.pooling = PoolingConfig{};
  }
  const fs::path transformer = modules.transformer.empty() ? folder : folder / modules.transformer;
  if (auto outcome = find_weights(transformer, model); !outcome) return outcome.error();
  if (auto outcome = read_encoder(transformer, model); !outcome) return outcome.error();
  if (auto outcome = read_limits(transformer, model); !outcome) return outcome.error();
  if (auto outcome = read_pooling(modules, model); !outcome) return outcome.error();
  auto prompts = read_config(folder / "config_sentence_transformers.json", read_prompts, Prompts());
  if (!prompts) return prompts.error();
  model.prompts = std::move(*prompts);
  model.tokenizer = find_tokenizer(transformer, folder);
  return model;
}

}  // namespace akidb::embedding::model
