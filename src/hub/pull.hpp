// A model from the hub into the cache.
#pragma once

#include <akidb/embedding/download.hpp>
#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/cache_folders.hpp"
#include "hub/file_choice.hpp"

namespace akidb::embedding::hub {

enum class PullParts : std::uint8_t { model, tokenizer };

// Which weights serve: either form, or one of them alone.
enum class PullForm : std::uint8_t { either, safetensors, graph, graph_or_known_safetensors };

struct PullRequest {
  std::string model;
  std::string revision = "main";
  PullParts parts = PullParts::model;
  OnnxWish onnx{};
  PullForm form = PullForm::either;

  // Whether safetensors of this model_type (of config.json) can be run. Unset: any.
  std::function<bool(std::string_view model_type)> knows{};

  // Where a graph (a file, and the name that it goes by) says that it keeps weights. Unset: nowhere.
  std::function<Result<std::vector<std::string>>(const std::filesystem::path& file, const std::string& name)>
      external_data{};

  bool offline = false;
  DownloadCallback on_progress{};
};

struct Pulled {
  std::filesystem::path folder;  // the snapshot
  std::string commit;
  std::string weights;  // path in the folder; empty for a tokenizer alone
  std::string reason;   // why these weights
  std::vector<RepoFile> files;
  std::vector<std::string> parts;  // paths of what goes with an index or a graph
  std::uint64_t bytes = 0;         // of all files
  std::uint64_t downloaded = 0;    // of those, by this call
};

// Asks the hub which files the model has, and brings those that it needs and that are not there. The snapshot gets its
// files after all of them are here, the weights last, and the revision points to it only then: what was there before
// stays whole until that moment.
//
// Errors: those of HubSession, fetch_blob() and choose_weights(); unavailable where it is offline or the build has no
// hub client.
Result<Pulled> pull(const PullRequest& request, const CacheFolders& folders,
                    const Environment& environment = process_environment());

}  // namespace akidb::embedding::hub
