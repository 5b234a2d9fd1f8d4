// Finding a model on this machine. Nothing here touches a network.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "hub/cache_folders.hpp"

namespace akidb::embedding::hub {

// The model that an empty set of options opens, and that set-up brings.
inline constexpr std::string_view kDefaultModel = "sentence-transformers/all-MiniLM-L6-v2";

struct LocatedModel {
  std::filesystem::path folder;
  std::string revision;   // the commit on the hub; empty where it is not known
  bool complete = false;  // it has what was looked for
};

// Whether a folder has what is looked for.
using Serves = std::function<bool(const std::filesystem::path& folder)>;

// The usual one: safetensors, or the model's plain graph.
bool has_weights(const std::filesystem::path& folder);

// Neither a folder that is there nor written like a path.
bool is_id(const std::string& model);

// `model` is a folder, or an id. In this order:
//
//   1. a folder of this name
//   2. the hub's cache: models--org--name/snapshots/<commit>, where the commit is `revision` itself or
//      what refs/<revision> holds
//   3. our own: models/<org>/<name>, for the revision "main" alone, because it has no others
//
// A place that does not serve (has a part of the model only) is passed over while a later one does.
// Errors: invalid_argument (neither a folder nor an id, or no revision), not_found with the ways to bring
// the model, data_corrupt (a ref that holds no commit).
Result<LocatedModel> locate(const std::string& model, const std::string& revision, const CacheFolders& folders,
                            const Serves& serves = has_weights);

}  // namespace akidb::embedding::hub
