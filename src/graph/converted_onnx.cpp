#include <array>
#include <string>
#include <system_error>

#include "base/derivation.hpp"
#include "base/file.hpp"
#include "base/file_lock.hpp"
#include "base/folder.hpp"
#include "graph/convert.hpp"
#include "graph/model_key.hpp"
#include "graph/staging_folder.hpp"
#include "graph/write_model.hpp"

namespace akidb::embedding::graph {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMasked = "model.onnx";
constexpr std::string_view kUnmasked = "model_unmasked.onnx";

// A text's tokens are all of type 0, so that neither graph has token_type_ids.
const std::array kGraphs = {
    NamedGraph{std::string(kMasked), {.attention_mask = true, .token_type_ids = false}},
    NamedGraph{std::string(kUnmasked), {.attention_mask = false, .token_type_ids = false}},
};

bool is_there(const fs::path& graph) {
  std::error_code ignored;
  return fs::is_regular_file(graph, ignored);
}

// Under the lock nobody is at work, so that every staging folder is one that a killed process left.
void remove_leftovers(const fs::path& derived) {
  std::error_code ignored;
  for (const auto& path : base::entries_of(derived)) {
    if (path.filename().string().ends_with(kStagingSuffix)) fs::remove_all(path, ignored);
  }
}

Result<void> convert_into(const model::ModelFolder& model, const fs::path& folder) {
  const auto staging = StagingFolder::create(folder);
  if (!staging) return staging.error();
  if (auto outcome = write_graphs(model, staging->path(), std::string(kMasked) + ".data", kGraphs); !outcome) {
    return outcome;
  }
  base::note_derivation(staging->path(), model.folder);
  std::error_code failure;
  fs::rename(staging->path(), folder, failure);
  if (failure) return base::file_error(folder, "write", failure.value());
  return {};
}

}  // namespace

Result<fs::path> converted_onnx(const model::ModelFolder& model, const fs::path& derived) {
  const auto key = model_key(model);
  if (!key) return key.error();
  const fs::path folder = derived / *key;
  const fs::path graph = folder / kMasked;
  if (is_there(graph)) return graph;

  std::error_code failure;
  fs::create_directories(derived, failure);
  if (failure) return base::file_error(derived, "create", failure.value());
  const auto lock = base::FileLock::acquire(derived / ".lock");
  if (!lock) return lock.error();
  if (is_there(graph)) return graph;
  remove_leftovers(derived);
  if (auto outcome = convert_into(model, folder); !outcome) return outcome.error();
  return graph;
}

fs::path unmasked_graph(const fs::path& converted) { return converted.parent_path() / kUnmasked; }

}  // namespace akidb::embedding::graph
