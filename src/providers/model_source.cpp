#include "providers/model_source.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "hub/cache_folders.hpp"
#include "model/onnx_external_data.hpp"
#include "providers/convert_to_cache.hpp"
#include "providers/model_location.hpp"

namespace akidb::embedding::providers {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool has_tokenizer(const fs::path& folder) {
  return is_file(folder / "tokenizer.json") || is_file(folder / "vocab.txt");
}

// Where the files that go with a bare .onnx file stand: beside it, or above its folder where that is called "onnx".
fs::path folder_of(const fs::path& file) {
  std::error_code ignored;
  auto folder = fs::absolute(file, ignored).lexically_normal().parent_path();
  if (folder.filename() != "onnx" || is_file(folder / "config.json")) return folder;
  const auto above = folder.parent_path();
  const bool goes_above = is_file(above / "config.json") || (!has_tokenizer(folder) && has_tokenizer(above));
  return goes_above ? above : folder;
}

Result<ModelSource> source_of_file(const ProviderOptions& options) {
  const fs::path file = options.model;
  if (!is_file(file)) {
    return Error{ErrorCode::not_found, "model: there is no file " + file.filename().string(), file.string(), {}};
  }
  ModelSource source;
  const auto folder = folder_of(file);
  if (is_file(folder / "config.json")) {
    auto model = model::read_model_folder(folder, file);
    if (!model) return std::move(model).error();
    source.model = std::move(model).value();
  } else {
    // As AkiDB's OnnxEmbeddingProvider: the mean of the tokens, to unit length.
    source.model.normalize = true;
  }
  source.graph = file;
  if (!options.tokenizer.empty()) {
    source.model.tokenizer = options.tokenizer;
  } else if (source.model.tokenizer.empty()) {
    if (!has_tokenizer(folder)) {
      return Error{ErrorCode::not_found,
                   "tokenizer: none beside " + file.filename().string() + "; name a tokenizer.json or its folder",
                   folder.string(),
                   {}};
    }
    source.model.tokenizer = folder;
  }
  return source;
}

// A published graph, looked at before an engine opens what it names.
Result<ModelSource> with_checked_graph(ModelSource source) {
  const auto facts = model::read_onnx_facts(source.graph);
  if (!facts) return facts.error();
  if (auto checked = model::check_onnx_external_data(source.graph, *facts); !checked) return checked.error();
  source.dtype = model::dtype_of(*facts);
  return source;
}

}  // namespace

Result<ModelSource> find_model_source(const ProviderOptions& options) {
  if (fs::path(options.model).extension() == ".onnx") {
    auto source = source_of_file(options);
    return source ? with_checked_graph(std::move(source).value()) : source;
  }
  const auto folders = hub::cache_folders(options.cache, options.hub_cache);
  const auto located = locate_model(model_wish(options), folders);
  if (!located) return located.error();
  auto model = model::read_model_folder(located->folder, located->graph);
  if (!model) return std::move(model).error();

  ModelSource source;
  source.model = std::move(model).value();
  source.revision = located->revision;
  if (!options.tokenizer.empty()) source.model.tokenizer = options.tokenizer;
  if (source.model.onnx) {
    source.graph = *source.model.onnx;
    return with_checked_graph(std::move(source));
  }
  auto converted = convert_to_cache(source.model, folders.derived());
  if (!converted) return std::move(converted).error();
  source.graph = std::move(converted->graph);
  source.masked_graph = std::move(converted->masked);
  source.weights = std::move(converted->weights);
  return source;
}

}  // namespace akidb::embedding::providers
