// pull_model(), download_onnx_model() and load_tokenizer_by_id(): what is brought from the hub by name.
#include <akidb/embedding/hub.hpp>
#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "base/file.hpp"
#include "base/guard_memory.hpp"
#include "hub/model_store.hpp"
#include "hub/pull.hpp"
#include "hub/settings.hpp"
#include "providers/model_location.hpp"

namespace akidb::embedding {
namespace {

namespace fs = std::filesystem;

providers::ModelWish wish_of(const PullOptions& options) {
  // What these compute in is not what was published.
  const auto dtype = providers::is_from_safetensors(options.provider) ? Dtype::automatic : options.dtype;
  return {options.model,       options.revision,       dtype, options.onnx_file, options.provider,
          options.hub.offline, options.hub.on_progress};
}

// The folder with the tokenizer of a model: its own, or that of its first module.
std::optional<fs::path> tokenizer_folder(const fs::path& model) {
  for (const auto* inner : {"", "0_Transformer"}) {
    for (const auto* name : {"tokenizer.json", "vocab.txt"}) {
      std::error_code ignored;
      if (fs::is_regular_file(model / inner / name, ignored)) return model / inner;
    }
  }
  return std::nullopt;
}

std::string weights_in(const fs::path& folder) {
  for (const auto* name : {"model.safetensors", "model.safetensors.index.json", "onnx/model.onnx", "model.onnx"}) {
    std::error_code ignored;
    if (fs::is_regular_file(folder / name, ignored)) return name;
  }
  return {};
}

// What the caches have of it.
Result<PulledModel> find(const PullOptions& options, const hub::CacheFolders& folders) {
  const auto here = providers::locate_here(wish_of(options), folders);
  if (!here && here.error().code != ErrorCode::not_found) return here.error();
  if (!here || !here->complete) {
    return Error{ErrorCode::not_found,
                 "model \"" + options.model + "\" is not on this machine" + (here ? " as a whole" : "") + ", and " +
                     providers::why_unasked(options.hub.offline),
                 here ? here->folder.string() : here.error().detail,
                 {}};
  }
  PulledModel model{
      here->folder, here->revision, {}, "here already; offline, it is not compared with the hub", {}, 0, 0};
  model.weights =
      here->graph ? here->graph->lexically_relative(here->folder).generic_string() : weights_in(here->folder);
  std::error_code failure;
  fs::recursive_directory_iterator at(here->folder, failure);
  for (; !failure && at != fs::recursive_directory_iterator(); at.increment(failure)) {
    std::error_code ignored;
    if (!at->is_regular_file(ignored)) continue;
    model.files.push_back({at->path().lexically_relative(here->folder).generic_string(), at->file_size(ignored)});
    model.bytes += model.files.back().bytes;
  }
  std::ranges::sort(model.files, {}, &PulledFile::path);
  return model;
}

Result<PulledModel> pull(const PullOptions& options) {
  if (options.provider == ProviderKind::remote || options.provider == ProviderKind::hash) {
    return Error{
        ErrorCode::invalid_argument, "provider: expected one that runs models: auto, native, onnx or mlx", {}, {}};
  }
  if (providers::is_from_safetensors(options.provider) && !options.onnx_file.empty()) {
    return Error{ErrorCode::invalid_argument, "onnx_file: this provider reads safetensors, no ONNX files", {}, {}};
  }
  const auto folders = hub::cache_folders(options.hub.cache, options.hub.hub_cache);
  const auto settings = hub::hub_settings();
  if (!settings) return settings.error();
  if (options.hub.offline || settings->offline) return find(options, folders);
  auto pulled = hub::pull(providers::pull_request(wish_of(options)), folders);
  if (!pulled) return std::move(pulled).error();
  PulledModel model{std::move(pulled->folder),
                    std::move(pulled->commit),
                    std::move(pulled->weights),
                    std::move(pulled->reason),
                    {},
                    pulled->bytes,
                    pulled->downloaded};
  for (auto& file : pulled->files) model.files.push_back({std::move(file.path), file.size});
  return model;
}

// In one step for who reads `to`.
Result<void> write_copy(const fs::path& from, const fs::path& to) {
  auto partial = to;
  partial += ".partial";
  std::error_code failure;
  fs::copy_file(from, partial, fs::copy_options::overwrite_existing, failure);
  if (!failure) fs::rename(partial, to, failure);
  if (!failure) return {};
  std::error_code ignored;
  fs::remove(partial, ignored);
  return base::file_error(to, "write", failure.value());
}

}  // namespace

Result<PulledModel> pull_model(const PullOptions& options) {
  return base::guard_memory("download the model", [&] { return pull(options); });
}

Result<void> download_onnx_model(const std::string& model, const fs::path& path, const HubOptions& options) {
  hub::PullRequest request;
  request.model = model;
  request.form = hub::PullForm::graph;
  request.external_data = providers::external_locations;
  request.offline = options.offline;
  request.on_progress = options.on_progress;
  const auto pulled = hub::pull(request, hub::cache_folders(options.cache, options.hub_cache));
  if (!pulled) return pulled.error();
  const auto graph = pulled->folder / pulled->weights;
  for (const auto& part : pulled->parts) {
    const auto source = pulled->folder / part;
    const auto to = path.parent_path() / source.lexically_relative(graph.parent_path());
    std::error_code ignored;  // the copy fails where the folder could not be made
    fs::create_directories(to.parent_path(), ignored);
    if (auto copied = write_copy(source, to); !copied) return copied;
  }
  return write_copy(graph, path);
}

Result<std::unique_ptr<Tokenizer>> load_tokenizer_by_id(const std::string& model, const std::string& revision,
                                                        const HubOptions& options) {
  const auto folders = hub::cache_folders(options.cache, options.hub_cache);
  const auto here = hub::locate(model, revision, folders,
                                [](const fs::path& folder) { return tokenizer_folder(folder).has_value(); });
  if (!here && (here.error().code != ErrorCode::not_found || !hub::is_id(model))) return here.error();
  if (here && (here->complete || !hub::is_id(model))) {
    return load_tokenizer(tokenizer_folder(here->folder).value_or(here->folder));
  }
  const auto settings = hub::hub_settings();
  if (!settings) return settings.error();
  if (!here && (settings->offline || options.offline)) return here.error();
  hub::PullRequest request;
  request.model = model;
  request.revision = revision;
  request.parts = hub::PullParts::tokenizer;
  request.offline = options.offline;
  request.on_progress = options.on_progress;
  const auto pulled = hub::pull(request, folders);
  if (!pulled) return pulled.error();
  return load_tokenizer(tokenizer_folder(pulled->folder).value_or(pulled->folder));
}

}  // namespace akidb::embedding
