// The model of an engine of our own, which reads safetensors.
#pragma once

#include "hub/cache_folders.hpp"
#include "providers/model_provider.hpp"

namespace akidb::embedding::providers {

// Found as open() finds models, with the caller's tokenizer where one is named. Errors: those of locate_model() and
// model::read_model_folder().
Result<ModelParts> read_safetensors_model(const ProviderOptions& options, const hub::CacheFolders& folders);

}  // namespace akidb::embedding::providers
