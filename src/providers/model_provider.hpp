// From a model's folder and an engine to a provider: what is the same for all engines.
#pragma once

#include <akidb/embedding/open.hpp>
#include <functional>
#include <memory>
#include <string>

#include "backend/backend.hpp"
#include "base/executor.hpp"
#include "model/model.hpp"
#include "providers/makers.hpp"

namespace akidb::embedding::providers {

struct ModelParts {
  model::ModelFolder model;
  std::string revision;  // commit on the hub; empty where unknown

  // The model's own tokenizer, where it is missing or not known, is no error: token ids are taken, texts are refused
  // with the reason.
  bool text_is_optional = false;
  std::string device_note = {};  // goes behind the engine's reason for its device
};

using MakeBackend = std::function<Result<std::unique_ptr<backend::Backend>>(const std::shared_ptr<Executor>& executor)>;

// Reads the tokenizer, makes the backend, puts the pipeline together and runs a first text through it.
ProviderResult make_model_provider(const ProviderOptions& options, const ModelParts& given,
                                   const MakeBackend& make_backend);

}  // namespace akidb::embedding::providers
