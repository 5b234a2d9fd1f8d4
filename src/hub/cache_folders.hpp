// Where models and what is derived from them lie on this machine.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace akidb::embedding::hub {

// Looks a variable up; a variable that is set to nothing counts as not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

Environment process_environment();

struct CacheFolders {
  // Ours: $AKIDB_EMBED_CACHE, else ${XDG_CACHE_HOME:-~/.cache}/akidb-embedding.
  std::filesystem::path own;

  // The hub's, shared with huggingface_hub: $HF_HUB_CACHE, else $HUGGINGFACE_HUB_CACHE, else $HF_HOME/hub,
  // else ${XDG_CACHE_HOME:-~/.cache}/huggingface/hub.
  std::filesystem::path hub;

  // Models that set-up brought: models/<organisation>/<name>.
  [[nodiscard]] std::filesystem::path models() const { return own / "models"; }

  // What this library has made of models: derived/<key>.
  [[nodiscard]] std::filesystem::path derived() const { return own / "derived"; }
};

// `own` and `hub` win over the environment unless they are empty. No folder is made, and none need exist. A
// leading "~" in a variable is the home folder, as in huggingface_hub.
CacheFolders cache_folders(const std::filesystem::path& own = {}, const std::filesystem::path& hub = {},
                           const Environment& environment = process_environment());

// $HF_HOME, else ${XDG_CACHE_HOME:-~/.cache}/huggingface.
std::filesystem::path hub_home(const Environment& environment);

// The path that a variable holds, with a leading "~" as the home folder.
std::optional<std::filesystem::path> path_in(const char* variable, const Environment& environment);

}  // namespace akidb::embedding::hub
