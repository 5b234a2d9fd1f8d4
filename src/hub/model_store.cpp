#include "hub/model_store.hpp"

#include <array>
#include <optional>
#include <system_error>
#include <vector>

#include "hub/cached_repository.hpp"
#include "hub/model_id.hpp"

namespace akidb::embedding::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> kWeights = {
    "model.safetensors", "model.safetensors.index.json",    "onnx/model.onnx",
    "model.onnx",        "0_Transformer/model.safetensors", "0_Transformer/model.safetensors.index.json",
};

// Of models that are known by their name alone, as sentence-transformers takes them.
constexpr std::string_view kUsualOwner = "sentence-transformers/";

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

Result<std::optional<LocatedModel>> in_hub_cache(const CachedRepository& repository, const std::string& revision) {
  std::optional<std::string> commit = revision;
  if (!is_commit(revision)) {
    auto ref = repository.read_ref(revision);
    if (!ref) return ref.error();
    commit = std::move(*ref);
  }
  if (!commit || !is_folder(repository.snapshot(*commit))) return std::optional<LocatedModel>();
  return std::optional(LocatedModel{repository.snapshot(*commit), *commit});
}

Error missing(const std::string& model, const std::string& revision, const CacheFolders& folders) {
  std::string message = "model \"" + model + "\"";
  if (revision != "main") message += ", revision \"" + revision + "\",";
  message += " is not on this machine: ";
  if (model == kDefaultModel) message += "run scripts/setup.sh (or make run), which brings it, ";
  message += std::string(model == kDefaultModel ? "or " : "") + "bring it with akidb-embed pull " + model +
             ", or give the path of its folder";
  if (model.find('/') == std::string::npos) message += "; is " + std::string(kUsualOwner) + model + " meant?";
  return {ErrorCode::not_found, message, "looked in " + folders.hub.string() + " and " + folders.models().string(), {}};
}

bool looks_like_a_path(const std::string& model) {
  return model.starts_with('/') || model.starts_with('.') || model.starts_with('~') || model.ends_with('/');
}

}  // namespace

bool has_weights(const fs::path& folder) {
  std::error_code ignored;
  for (const std::string_view name : kWeights) {
    if (fs::is_regular_file(folder / name, ignored)) return true;
  }
  return false;
}

bool is_id(const std::string& model) {
  return !(!model.empty() && is_folder(model)) && !looks_like_a_path(model) && check_model_id(model).has_value();
}

Result<LocatedModel> locate(const std::string& model, const std::string& revision, const CacheFolders& folders,
                            const Serves& serves) {
  if (!model.empty() && is_folder(model)) return LocatedModel{model, {}, true};
  if (looks_like_a_path(model)) {
    return Error{ErrorCode::not_found, "model: there is no folder \"" + model + "\"", model, {}};
  }
  if (auto outcome = check_model_id(model); !outcome) return outcome.error();
  if (auto outcome = check_revision(revision); !outcome) return outcome.error();

  std::vector<LocatedModel> places;
  auto in_hub = in_hub_cache(CachedRepository(folders.hub, model), revision);
  if (!in_hub) return in_hub.error();
  if (*in_hub) places.push_back(std::move(**in_hub));
  const fs::path own = folders.models() / model;
  if (revision == "main" && is_folder(own)) places.push_back({own, {}});
  for (auto& place : places) {
    place.complete = serves(place.folder);
    if (place.complete) return place;
  }
  if (!places.empty()) return places.front();
  return missing(model, revision, folders);
}

}  // namespace akidb::embedding::hub
