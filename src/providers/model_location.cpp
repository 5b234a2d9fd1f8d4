#include "providers/model_location.hpp"

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "base/cpu_topology.hpp"
#include "base/folder.hpp"
#include "base/log.hpp"
#include "base/mmap_file.hpp"
#include "hub/model_store.hpp"
#include "hub/settings.hpp"
#include "model/architecture.hpp"
#include "model/onnx_facts.hpp"
#include "providers/is_converted_to_onnx.hpp"

namespace akidb::embedding::providers {
namespace {

namespace fs = std::filesystem;

hub::OnnxWish onnx_wish(const ModelWish& wish) {
  hub::OnnxWish onnx;
  onnx.file = wish.onnx_file;
  switch (wish.dtype) {
    case Dtype::automatic:
    case Dtype::bf16:
    case Dtype::fast: break;
    case Dtype::fp32: onnx.type = hub::WeightsType::fp32; break;
    case Dtype::fp16: onnx.type = hub::WeightsType::fp16; break;
    case Dtype::int8: onnx.type = hub::WeightsType::int8; break;
  }
  return onnx;
}

// The paths that choose_onnx() goes by, of a folder on disk.
std::vector<std::string> graphs_in(const fs::path& folder) {
  std::vector<std::string> paths;
  for (const std::string prefix : {"", "onnx/"}) {
    for (const auto& path : base::entries_of(folder / prefix)) {
      if (path.extension() == ".onnx") paths.push_back(prefix + path.filename().string());
    }
  }
  std::ranges::sort(paths);
  return paths;
}

// The ONNX file that is asked for, or that is all there is; nothing where the model folder decides.
Result<std::optional<fs::path>> graph_of(const fs::path& folder, const ModelWish& wish) {
  const bool asked = !wish.onnx_file.empty() || wish.dtype == Dtype::fp16 || wish.dtype == Dtype::int8;
  if (!asked && hub::has_weights(folder)) return std::optional<fs::path>();
  const auto graphs = graphs_in(folder);
  if (!asked && graphs.empty()) return std::optional<fs::path>();
  const auto chosen = hub::choose_onnx(graphs, onnx_wish(wish), base::cpu_topology().instruction_sets);
  if (!chosen) return chosen.error();
  if (asked) base::log(LogLevel::info, "model: " + chosen->file + " (" + chosen->reason + ")");
  return std::optional(folder / chosen->file);
}

Result<hub::LocatedModel> locate_folder(const ModelWish& wish, const hub::CacheFolders& folders) {
  return hub::locate(wish.model, wish.revision, folders, [&](const fs::path& folder) {
    const auto graph = graph_of(folder, wish);
    return graph && (*graph || hub::has_weights(folder));
  });
}

Result<ModelLocation> location(fs::path folder, std::string commit, const ModelWish& wish) {
  auto graph = graph_of(folder, wish);
  if (!graph) return graph.error();
  return ModelLocation{std::move(folder), std::move(commit), *std::move(graph), true};
}

Result<ModelLocation> location(Result<hub::LocatedModel> here, const ModelWish& wish) {
  if (!here) return std::move(here).error();
  auto found = location(std::move(here->folder), std::move(here->revision), wish);
  if (found) found->complete = here->complete;
  return found;
}

Result<bool> is_offline(const ModelWish& wish) {
  if (wish.offline) return true;
  const auto settings = hub::hub_settings();
  if (!settings) return settings.error();
  return settings->offline;
}

}  // namespace

ModelWish model_wish(const ProviderOptions& options) {
  return {options.model,    options.revision, options.dtype,      options.onnx_file,
          options.provider, options.offline,  options.on_download};
}

bool is_from_safetensors(ProviderKind provider) noexcept {
  return provider == ProviderKind::native || provider == ProviderKind::mlx;
}

hub::PullRequest pull_request(const ModelWish& wish) {
  hub::PullRequest request;
  request.model = wish.model;
  request.revision = wish.revision;
  request.onnx = onnx_wish(wish);
  request.knows = [](std::string_view model_type) { return model::find_architecture(model_type) != nullptr; };
  request.external_data = external_locations;
  if (is_from_safetensors(wish.provider)) {
    request.form = hub::PullForm::safetensors;
  } else if (wish.provider == ProviderKind::onnx) {
    request.form = hub::PullForm::graph_or_known_safetensors;
    request.knows = is_converted_to_onnx;
  }
  request.offline = wish.offline;
  request.on_progress = wish.on_download;
  return request;
}

Result<std::vector<std::string>> external_locations(const fs::path& graph, const std::string& name) {
  const auto mapped = base::MmapFile::open(graph);
  if (!mapped) return mapped.error();
  const auto facts = model::read_onnx_facts(mapped->bytes(), name);
  if (!facts) return facts.error();
  std::set<std::string> locations;
  for (const auto& tensor : facts->external) locations.insert(tensor.location);
  return std::vector<std::string>(locations.begin(), locations.end());
}

std::string why_unasked(bool offline_is_asked) {
  return std::string("the hub was not asked: ") +
         (offline_is_asked ? "offline was wished for" : "HF_HUB_OFFLINE is set");
}

Error unasked(Error error, bool offline_is_asked) {
  if (error.code != ErrorCode::not_found) return error;
  error.message.append("; ").append(why_unasked(offline_is_asked));
  return error;
}

Result<ModelLocation> locate_here(const ModelWish& wish, const hub::CacheFolders& folders) {
  return location(locate_folder(wish, folders), wish);
}

Result<ModelLocation> locate_model(const ModelWish& wish, const hub::CacheFolders& folders) {
  auto here = locate_folder(wish, folders);
  const bool absent = here ? !here->complete : here.error().code == ErrorCode::not_found;
  if (!absent || !hub::is_id(wish.model)) return location(std::move(here), wish);
  const auto offline = is_offline(wish);
  if (!offline) return offline.error();
  if (*offline) {
    if (!here) return unasked(std::move(here).error(), wish.offline);
    return location(std::move(here), wish);
  }
  base::log(LogLevel::info, "model \"" + wish.model + "\" is not on this machine: asking the hub");
  auto pulled = hub::pull(pull_request(wish), folders);
  if (!pulled) {
    auto error = std::move(pulled).error();
    if (error.code == ErrorCode::unavailable && !here) {
      error.message = "model \"" + wish.model + "\" is not on this machine, and " + error.message;
    }
    return error;
  }
  return location(std::move(pulled->folder), std::move(pulled->commit), wish);
}

Result<ModelLocation> graph_here(const ModelWish& wish, const ModelLocation& here) {
  const auto chosen = hub::choose_onnx(graphs_in(here.folder), onnx_wish(wish), base::cpu_topology().instruction_sets);
  if (!chosen) return chosen.error();
  return ModelLocation{here.folder, here.revision, here.folder / chosen->file, true};
}

Result<ModelLocation> pull_graph(const ModelWish& wish, const ModelLocation& here, const hub::CacheFolders& folders) {
  const auto offline = is_offline(wish);
  if (!offline) return offline.error();
  if (*offline) {
    return Error{ErrorCode::unavailable,
                 "this is offline: akidb-embed pull " + wish.model +
                     (wish.revision == "main" ? "" : " --revision " + wish.revision) +
                     " --provider onnx brings the graph that it was published with, if it was with one",
                 here.folder.string(),
                 {}};
  }
  auto request = pull_request(wish);
  request.form = hub::PullForm::graph;
  if (!here.revision.empty()) request.revision = here.revision;  // that of the tokenizer and of the settings
  auto pulled = hub::pull(request, folders);
  if (!pulled) return std::move(pulled).error();
  auto graph = pulled->folder / pulled->weights;
  return ModelLocation{std::move(pulled->folder), std::move(pulled->commit), std::move(graph), true};
}

}  // namespace akidb::embedding::providers
