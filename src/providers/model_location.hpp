// Where a model lies, brought from the hub where it is not here yet.
#pragma once

#include <akidb/embedding/download.hpp>
#include <akidb/embedding/open.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hub/cache_folders.hpp"
#include "hub/pull.hpp"

namespace akidb::embedding::providers {

// What is looked for.
struct ModelWish {
  std::string model;
  std::string revision = "main";
  Dtype dtype = Dtype::automatic;
  std::string onnx_file{};
  ProviderKind provider = ProviderKind::automatic;  // whose weights a download brings
  bool offline = false;
  DownloadCallback on_download{};
};

struct ModelLocation {
  std::filesystem::path folder;
  std::string revision;                        // commit on the hub; empty where unknown
  std::optional<std::filesystem::path> graph;  // where an ONNX file is asked for, or is all that there is
  bool complete = true;                        // its weights are there
};

ModelWish model_wish(const ProviderOptions& options);

// Whether its engine is ours, which reads safetensors and no graphs.
bool is_from_safetensors(ProviderKind provider) noexcept;

// The request to the hub that goes with it.
hub::PullRequest pull_request(const ModelWish& wish);

// The files that an ONNX graph says it keeps weights in, each once, as it words them. `name` is for messages.
Result<std::vector<std::string>> external_locations(const std::filesystem::path& graph, const std::string& name);

// A folder, or an id: looked for in the caches first, then on the hub, unless it is offline. Errors: not_found (with
// the ways to bring the model), and those of hub::pull().
Result<ModelLocation> locate_model(const ModelWish& wish, const hub::CacheFolders& folders);

// The graph that was published with a model whose other weights are `here`: in the same folder, or brought to it from
// the hub. Errors: not_found where there is none of the wanted type; of pull_graph() also unavailable where it is
// offline, which says how to bring one, and those of hub::pull().
Result<ModelLocation> graph_here(const ModelWish& wish, const ModelLocation& here);
Result<ModelLocation> pull_graph(const ModelWish& wish, const ModelLocation& here, const hub::CacheFolders& folders);

// "the hub was not asked: ..." and the reason.
std::string why_unasked(bool offline_is_asked);

// The error of a model that is not here, with why the hub was not asked: by option, else by the environment.
Error unasked(Error error, bool offline_is_asked);

// In the caches alone.
Result<ModelLocation> locate_here(const ModelWish& wish, const hub::CacheFolders& folders);

}  // namespace akidb::embedding::providers
