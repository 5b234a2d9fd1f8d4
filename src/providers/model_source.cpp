#include "providers/model_source.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "base/log.hpp"
#include "hub/cache_folders.hpp"
#include "hub/model_store.hpp"
#include "model/onnx_external_data.hpp"
#include "providers/convert_to_cache.hpp"
#include "providers/model_location.hpp"
#include "providers/quantized_in_cache.hpp"

namespace akidb::embedding::providers {
namespace {

namespace fs = std::filesystem;

bool has_tokenizer(const fs::path& folder) {
  return base::is_file(folder / "tokenizer.json") || base::is_file(folder / "vocab.txt");
}

// Where the files that go with a bare .onnx file stand: beside it, or above its folder where that is called "onnx".
fs::path folder_of(const fs::path& file) {
  std::error_code ignored;
  auto folder = fs::absolute(file, ignored).lexically_normal().parent_path();
  if (folder.filename() != "onnx" || base::is_file(folder / "config.json")) return folder;
  const auto above = folder.parent_path();
  const bool goes_above = base::is_file(above / "config.json") || (!has_tokenizer(folder) && has_tokenizer(above));
  return goes_above ? above : folder;
}

// The folder that says how the graph's rows become vectors: its own, else the model's whose tokenizer is named.
std::optional<fs::path> description_of(const fs::path& folder, const fs::path& tokenizer) {
  if (base::is_file(folder / "config.json")) return folder;
  if (base::is_file(tokenizer / "config.json")) return tokenizer;
  if (base::is_file(tokenizer) && base::is_file(tokenizer.parent_path() / "config.json"))
    return tokenizer.parent_path();
  return std::nullopt;
}

Result<ModelSource> source_of_file(const ProviderOptions& options) {
  const fs::path file = options.model;
  if (!base::is_there(file)) {
    return Error{ErrorCode::not_found, "model: there is no file " + file.filename().string(), file.string(), {}};
  }
  ModelSource source;
  const auto folder = folder_of(file);
  const auto described = description_of(folder, options.tokenizer);
  if (described) {
    auto model = model::read_model_folder(*described, file);
    if (!model) return std::move(model).error();
    source.model = std::move(model).value();
  } else {
    // As AkiDB's OnnxEmbeddingProvider: the mean of the tokens, to unit length.
    base::log(LogLevel::info, "model: no config.json beside " + file.filename().string() +
                                  " or in the tokenizer's folder: its vectors are the mean of the tokens, normalized");
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

std::string_view name_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::automatic: return "auto";
    case Dtype::bf16: return "bf16";
    case Dtype::fast: return "fast";
    case Dtype::fp32: return "fp32";
    case Dtype::fp16: return "fp16";
    case Dtype::int8: break;
  }
  return "int8";
}

Result<ModelSource> in_dtype(ModelSource source, const ProviderOptions& options) {
  const auto wanted = options.dtype;
  const auto there = model::name_of(source.dtype);
  if (wanted == Dtype::automatic || name_of(wanted) == there) return source;
  if (source.dtype != model::GraphDtype::fp32) {
    return Error{ErrorCode::unsupported,
                 "dtype: expected " + std::string(name_of(wanted)) + ", but the graph is of " + std::string(there) +
                     ", and only float32 is converted",
                 source.graph.string(),
                 {}};
  }
  const auto& float32 = source.masked_graph.empty() ? source.graph : source.masked_graph;
  auto graph = quantized_in_cache({float32, source.model.tokenizer, source.model.max_tokens, options.onnxruntime},
                                  wanted, hub::cache_folders(options.cache, options.hub_cache).derived());
  if (!graph) return std::move(graph).error();
  source.graph = std::move(*graph);
  source.masked_graph.clear();
  source.weights = {};
  source.dtype = wanted == Dtype::fp16 ? model::GraphDtype::fp16 : model::GraphDtype::int8_dynamic;
  return source;
}

// A file of the caller's, not of the model's.
bool is_own_file(const std::string& onnx_file) {
  return onnx_file.starts_with('/') || onnx_file.starts_with("./") || onnx_file.starts_with("../");
}

struct Located {
  ModelLocation location;
  bool is_as_wished = false;  // its graph is the one that `onnx_file` or `dtype` chose
};

Result<Located> located(Result<ModelLocation> location, bool is_as_wished) {
  if (!location) return std::move(location).error();
  return Located{std::move(location).value(), is_as_wished};
}

// A published file of the wanted type goes before one that is made of float32, and what is on this machine before the
// hub.
Result<Located> locate_in_dtype(const ProviderOptions& options, const hub::CacheFolders& folders) {
  auto wish = model_wish(options);
  if (is_own_file(wish.onnx_file)) {
    wish.onnx_file.clear();
    wish.dtype = Dtype::automatic;
    auto folder = locate_model(wish, folders);
    if (folder) folder->graph = options.onnx_file;
    return located(std::move(folder), true);
  }
  if (!wish.onnx_file.empty() && base::is_file(wish.onnx_file)) {
    const auto here = locate_here(wish, folders);
    if (!here || !here->complete) {
      return Error{ErrorCode::not_found,
                   "onnx_file: the model has no file \"" + wish.onnx_file + "\" on this machine; for the one in the " +
                       "current folder write ./" + wish.onnx_file,
                   {},
                   {}};
    }
  }
  if (!wish.onnx_file.empty() || (wish.dtype != Dtype::fp16 && wish.dtype != Dtype::int8)) {
    return located(locate_model(wish, folders), !wish.onnx_file.empty());
  }
  auto published = locate_here(wish, folders);
  if (published && published->complete && published->graph) return located(std::move(published), true);
  auto plain = wish;
  plain.dtype = Dtype::automatic;
  auto float32 = locate_here(plain, folders);
  if (float32 && float32->complete) return located(std::move(float32), false);
  published = locate_model(wish, folders);
  if (published || published.error().code != ErrorCode::not_found) return located(std::move(published), true);
  return located(locate_model(plain, folders), false);
}

// For weights that are here and of which no graph can be made: one that the model was published with. What is on this
// machine goes before the hub, and the wanted type before float32.
Result<Located> locate_published(const ProviderOptions& options, const ModelLocation& here,
                                 const hub::CacheFolders& folders) {
  auto plain = model_wish(options);
  std::vector<ModelWish> wishes;
  if (plain.dtype == Dtype::fp16 || plain.dtype == Dtype::int8) wishes.push_back(plain);
  plain.dtype = Dtype::automatic;
  wishes.push_back(plain);
  const auto is_as_wished = [&](const ModelWish& wish) { return &wish != &wishes.back(); };
  const auto is_found = [](const Result<ModelLocation>& at) { return at || at.error().code != ErrorCode::not_found; };
  Result<ModelLocation> graph = Error{ErrorCode::not_found, {}, {}, {}};
  for (const auto& wish : wishes) {
    graph = graph_here(wish, here);
    if (is_found(graph)) return located(std::move(graph), is_as_wished(wish));
  }
  if (!hub::is_id(options.model)) return std::move(graph).error();
  for (const auto& wish : wishes) {
    graph = pull_graph(wish, here, folders);
    if (is_found(graph)) return located(std::move(graph), is_as_wished(wish));
  }
  return std::move(graph).error();
}

Result<ModelSource> source_at(const ModelLocation& location, const ProviderOptions& options,
                              const hub::CacheFolders& folders) {
  auto model = model::read_model_folder(location.folder, location.graph);
  if (!model) return std::move(model).error();

  ModelSource source;
  source.model = std::move(model).value();
  source.revision = location.revision;
  if (!options.tokenizer.empty()) source.model.tokenizer = options.tokenizer;
  if (source.model.onnx) {
    source.graph = *source.model.onnx;
    if (!base::is_there(source.graph)) {
      return Error{ErrorCode::not_found,
                   "onnx_file: there is no file " + source.graph.filename().string(),
                   source.graph.string(),
                   {}};
    }
    return with_checked_graph(std::move(source));
  }
  auto converted = convert_to_cache(source.model, folders.derived());
  if (!converted) return std::move(converted).error();
  source.graph = std::move(converted->graph);
  source.masked_graph = std::move(converted->masked);
  source.weights = std::move(converted->weights);
  return source;
}

// `is_as_wished` as in Located.
Result<ModelSource> find_as_published(const ProviderOptions& options, bool& is_as_wished) {
  if (fs::path(options.model).extension() == ".onnx") {
    auto source = source_of_file(options);
    return source ? with_checked_graph(std::move(source).value()) : source;
  }
  const auto folders = hub::cache_folders(options.cache, options.hub_cache);
  const auto found = locate_in_dtype(options, folders);
  if (!found) return found.error();
  is_as_wished = found->is_as_wished;
  auto source = source_at(found->location, options, folders);
  // `auto` goes on with a provider that runs the weights which are here.
  const bool is_for_graphs = options.provider == ProviderKind::onnx && !found->location.graph;
  if (source || source.error().code != ErrorCode::unsupported || !is_for_graphs) return source;

  base::log(LogLevel::info, "model: " + source.error().message + "; looking for a graph that it was published with");
  const auto published = locate_published(options, found->location, folders);
  if (!published) {
    auto error = published.error();
    error.message = source.error().message + "; " + error.message;
    // No graph anywhere: what is wrong is what the weights are.
    if (error.code == ErrorCode::not_found) error.code = ErrorCode::unsupported;
    return error;
  }
  is_as_wished = published->is_as_wished;
  return source_at(published->location, options, folders);
}

}  // namespace

Result<ModelSource> find_model_source(const ProviderOptions& options) {
  bool is_as_wished = false;
  auto source = find_as_published(options, is_as_wished);
  if (!source || is_as_wished) return source;
  return in_dtype(std::move(source).value(), options);
}

}  // namespace akidb::embedding::providers
