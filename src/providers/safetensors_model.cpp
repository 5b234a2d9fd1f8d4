#include "providers/safetensors_model.hpp"

#include <utility>

#include "providers/model_location.hpp"

namespace akidb::embedding::providers {

Result<ModelParts> read_safetensors_model(const ProviderOptions& options, const hub::CacheFolders& folders) {
  auto wish = model_wish(options);
  wish.dtype = Dtype::automatic;  // of ONNX files
  const auto located = locate_model(wish, folders);
  if (!located) return located.error();
  auto folder = model::read_model_folder(located->folder, located->graph);
  if (!folder) return std::move(folder).error();
  if (!options.tokenizer.empty()) folder->tokenizer = options.tokenizer;

  ModelParts parts{std::move(*folder), located->revision};
  parts.text_is_optional = true;
  return parts;
}

}  // namespace akidb::embedding::providers
