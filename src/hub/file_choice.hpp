// Which files of a repository a model needs: its configuration, its tokenizer, and its weights in one form. Nothing
// else is ever fetched: no pickle, no code, no other framework's weights.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hub/onnx_choice.hpp"
#include "hub/repository.hpp"

namespace akidb::embedding::hub {

// The names, in the root and in the transformer's folder, that are read where they are there.
std::span<const std::string_view> settings_names() noexcept;

// The modules of modules.json, as folders in the repository.
struct ModuleFolders {
  std::string transformer{};          // "" is the root
  std::vector<std::string> others{};  // "1_Pooling", "2_Dense"
};

// modules = [{"path": folder, ...}, ...]; data_corrupt where a folder leads out of the repository. The first one is
// the transformer's.
Result<ModuleFolders> read_module_folders(std::string_view json);

// Files of `index`'s weight_map, each once, beside it; data_corrupt where one is not in the repository.
Result<std::vector<const RepoFile*>> read_shards(std::string_view json, const std::string& index,
                                                 const Repository& repository);

// The files that `graph` keeps weights in, each once, from the places that it names; data_corrupt where one is not in
// the repository, or not below the graph's folder.
Result<std::vector<const RepoFile*>> external_data(const std::vector<std::string>& locations, const std::string& graph,
                                                   const Repository& repository);

// Configuration and tokenizer, that of the modules included.
std::vector<const RepoFile*> settings_files(const Repository& repository, const ModuleFolders& folders);

struct WeightsChoice {
  enum class Form : std::uint8_t { safetensors, index, graph };

  const RepoFile* main = nullptr;  // what goes with an index or a graph is known once that is here
  Form form = Form::safetensors;
  std::string reason{};
};

struct WeightsWish {
  OnnxWish onnx{};
  bool only_onnx = false;
  bool only_safetensors = false;      // `onnx` does not count
  bool runs_from_safetensors = true;  // this library knows the architecture
};

// An ONNX file that is asked for, by name or by a type that only ONNX files have, goes first; then safetensors,
// where the architecture is known; then an ONNX file. not_found where there is none of them, with what there is;
// unsupported where only safetensors will do and their architecture is not known.
Result<WeightsChoice> choose_weights(const Repository& repository, const ModuleFolders& folders,
                                     const WeightsWish& wish, std::span<const std::string> instruction_sets);

}  // namespace akidb::embedding::hub
