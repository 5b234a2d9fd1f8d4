#include "hub/model_store.hpp"

#include <array>
#include <optional>
#include <system_error>
#include <vector>

#include "base/file.hpp"
#include "hub/model_id.hpp"

namespace akidb::embedding::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRef = 1024;

constexpr std::array<std::string_view, 6> kWeights = {
    "model.safetensors", "model.safetensors.index.json",    "onnx/model.onnx",
    "model.onnx",        "0_Transformer/model.safetensors", "0_Transformer/model.safetensors.index.json",
};

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool has_weights(const fs::path& folder) {
  std::error_code ignored;
  for (const std::string_view name : kWeights) {
    if (fs::is_regular_file(folder / name, ignored)) return true;
  }
  return false;
}

// The commit that a ref holds; nothing where there is no such ref.
Result<std::optional<std::string>> read_ref(const fs::path& ref) {
  auto text = base::read_file(ref, kMaxRef);
  if (!text) {
    if (text.error().code == ErrorCode::not_found) return std::optional<std::string>();
    return text.error();
  }
  while (text->ends_with('\n')) text->pop_back();
  if (!is_commit(*text)) {
    return Error{ErrorCode::data_corrupt,
                 "the hub's cache: refs/" + ref.filename().string() + ": expected a commit of 40 hexadecimal digits",
                 ref.string(),
                 {}};
  }
  return std::optional(std::move(*text));
}

Result<std::optional<LocatedModel>> in_hub_cache(const fs::path& repository, const std::string& revision) {
  std::optional<std::string> commit = revision;
  if (!is_commit(revision)) {
    auto ref = read_ref(repository / "refs" / revision);
    if (!ref) return ref.error();
    commit = std::move(*ref);
  }
  if (!commit || !is_folder(repository / "snapshots" / *commit)) return std::optional<LocatedModel>();
  return std::optional(LocatedModel{repository / "snapshots" / *commit, *commit});
}

Error missing(const std::string& model, const std::string& revision, const CacheFolders& folders) {
  std::string message = "model \"" + model + "\"";
  if (revision != "main") message += ", revision \"" + revision + "\",";
  message += " is not on this machine: ";
  if (model == kDefaultModel) message += "run scripts/setup.sh (or make run), which brings it, ";
  message += std::string(model == kDefaultModel ? "or " : "") + "put it into the hub's cache (hf download " + model +
             "), or give the path of its folder";
  return {ErrorCode::not_found, message, "looked in " + folders.hub.string() + " and " + folders.models().string(), {}};
}

bool looks_like_a_path(const std::string& model) {
  return model.starts_with('/') || model.starts_with('.') || model.starts_with('~') || model.ends_with('/');
}

}  // namespace

Result<LocatedModel> locate(const std::string& model, const std::string& revision, const CacheFolders& folders) {
  if (!model.empty() && is_folder(model)) return LocatedModel{model, {}};
  if (looks_like_a_path(model)) {
    return Error{ErrorCode::not_found, "model: there is no folder \"" + model + "\"", model, {}};
  }
  if (auto outcome = check_model_id(model); !outcome) return outcome.error();
  if (auto outcome = check_revision(revision); !outcome) return outcome.error();

  std::vector<LocatedModel> places;
  auto in_hub = in_hub_cache(folders.hub / hub_folder_name(model), revision);
  if (!in_hub) return in_hub.error();
  if (*in_hub) places.push_back(std::move(**in_hub));
  const fs::path own = folders.models() / model;
  if (revision == "main" && is_folder(own)) places.push_back({own, {}});
  for (const auto& place : places) {
    if (has_weights(place.folder)) return place;
  }
  if (!places.empty()) return places.front();
  return missing(model, revision, folders);
}

}  // namespace akidb::embedding::hub
