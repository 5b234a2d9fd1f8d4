#include "hub/file_choice.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/json.hpp"

namespace akidb::embedding::hub {
namespace {

constexpr std::array<std::string_view, 17> kSettings = {
    "modules.json",
    "config.json",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
    "sentence_roberta_config.json",
    "sentence_distilbert_config.json",
    "sentence_camembert_config.json",
    "sentence_albert_config.json",
    "sentence_xlm-roberta_config.json",
    "sentence_xlnet_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
};
constexpr std::array<std::string_view, 2> kModule = {"config.json", "model.safetensors"};

std::string inside(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : folder + "/" + std::string(name);
}

// "" of a file in the root.
std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::vector<std::string> paths_of(const Repository& repository) {
  std::vector<std::string> paths;
  paths.reserve(repository.files.size());
  for (const auto& file : repository.files) paths.push_back(file.path);
  return paths;
}

Result<WeightsChoice> onnx(const Repository& repository, const WeightsWish& wish,
                           std::span<const std::string> instruction_sets) {
  const auto paths = paths_of(repository);
  const auto chosen = choose_onnx(paths, wish.onnx, instruction_sets);
  if (!chosen) return chosen.error();
  return WeightsChoice{repository.find(chosen->file), WeightsChoice::Form::graph, chosen->reason};
}

// What a user may hope for, and must not get.
std::string others(const Repository& repository) {
  for (const std::string_view name : {"pytorch_model.bin", "tf_model.h5", "flax_model.msgpack"}) {
    if (repository.find(name) != nullptr) return " (" + std::string(name) + " is never read)";
  }
  return {};
}

Error no_safetensors(bool are_there, const Repository& repository) {
  if (are_there) return {ErrorCode::unsupported, "safetensors of the model's architecture are not known here", {}, {}};
  return {ErrorCode::not_found, "the model has no safetensors" + others(repository), {}, {}};
}

}  // namespace

std::span<const std::string_view> settings_names() noexcept { return kSettings; }

Result<ModuleFolders> read_module_folders(std::string_view json) {
  const auto document = base::JsonDocument::parse(json, "modules.json");
  if (!document) return document.error();
  ModuleFolders folders;
  const auto read =
      document->root().for_each_element([&](std::size_t index, const base::JsonValue& entry) -> Result<void> {
        const auto path = entry.string_or("path", "");
        if (!path) return path.error();
        if (!path->empty() && !is_safe_path(*path)) return entry.corrupt("path: expected a folder of the repository");
        if (index == 0) {
          folders.transformer = *path;
        } else if (!path->empty()) {
          folders.others.push_back(*path);
        }
        return {};
      });
  if (!read) return read.error();
  return folders;
}

Result<std::vector<const RepoFile*>> read_shards(std::string_view json, const std::string& index,
                                                 const Repository& repository) {
  const auto document = base::JsonDocument::parse(json, index);
  if (!document) return document.error();
  const auto map = document->root().at("weight_map");
  if (!map) return map.error();
  const std::string folder = folder_of(index);
  std::set<std::string, std::less<>> names;
  const auto read = map->for_each_member([&](std::string_view, const base::JsonValue& value) -> Result<void> {
    const auto name = value.as_string();
    if (!name) return name.error();
    names.emplace(*name);
    return {};
  });
  if (!read) return read.error();
  std::vector<const RepoFile*> shards;
  for (const auto& name : names) {
    const RepoFile* const file = repository.find(inside(folder, name));
    if (file == nullptr || !name.ends_with(".safetensors")) {
      return map->corrupt("expected names of safetensors files of the repository, found \"" + name + "\"");
    }
    shards.push_back(file);
  }
  return shards;
}

Result<std::vector<const RepoFile*>> external_data(const std::vector<std::string>& locations, const std::string& graph,
                                                   const Repository& repository) {
  std::vector<const RepoFile*> files;
  for (std::string_view location : locations) {
    if (location.starts_with("./")) location.remove_prefix(2);
    const RepoFile* const file = is_safe_path(location) ? repository.find(inside(folder_of(graph), location)) : nullptr;
    if (file == nullptr) {
      return Error{ErrorCode::data_corrupt,
                   graph + ": keeps weights in a file that the repository does not have below the graph's folder",
                   std::string(location),
                   {}};
    }
    if (std::ranges::find(files, file) == files.end()) files.push_back(file);
  }
  return files;
}

std::vector<const RepoFile*> settings_files(const Repository& repository, const ModuleFolders& folders) {
  std::vector<const RepoFile*> files;
  const auto add = [&](const std::string& path) {
    const RepoFile* const file = repository.find(path);
    if (file != nullptr && std::ranges::find(files, file) == files.end()) files.push_back(file);
  };
  for (const auto name : kSettings) add(std::string(name));
  if (!folders.transformer.empty()) {
    for (const auto name : kSettings) add(inside(folders.transformer, name));
  }
  for (const auto& folder : folders.others) {
    for (const auto name : kModule) add(inside(folder, name));
  }
  return files;
}

Result<WeightsChoice> choose_weights(const Repository& repository, const ModuleFolders& folders,
                                     const WeightsWish& wish, std::span<const std::string> instruction_sets) {
  const bool asked = !wish.onnx.file.empty() || wish.onnx.type == WeightsType::fp16 ||
                     wish.onnx.type == WeightsType::int8 || wish.only_onnx;
  if (asked && !wish.only_safetensors) return onnx(repository, wish, instruction_sets);

  const RepoFile* const whole = repository.find(inside(folders.transformer, "model.safetensors"));
  const RepoFile* const index = repository.find(inside(folders.transformer, "model.safetensors.index.json"));
  const RepoFile* const safetensors = whole != nullptr ? whole : index;
  const auto form = whole != nullptr ? WeightsChoice::Form::safetensors : WeightsChoice::Form::index;
  if (wish.runs_from_safetensors && safetensors != nullptr) return WeightsChoice{safetensors, form, "safetensors"};
  if (wish.only_safetensors) return no_safetensors(safetensors != nullptr, repository);
  auto graph = onnx(repository, wish, instruction_sets);
  if (graph) {
    graph->reason += safetensors != nullptr ? "; safetensors of its architecture are not known here"
                                            : "; the model has no safetensors";
    return graph;
  }
  if (safetensors != nullptr) {
    return WeightsChoice{safetensors, form, "safetensors: the model has no ONNX file that fits"};
  }
  auto error = graph.error();
  if (error.code == ErrorCode::not_found) {
    error.message = "the model has neither safetensors nor an ONNX file" + others(repository);
  }
  return error;
}

}  // namespace akidb::embedding::hub
