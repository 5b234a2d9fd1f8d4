// modules.json: the steps of a sentence-transformers model.
//
//   modules = [{"idx": uint, "name": string, "path": string, "type": string}, ...]
//   type    = "sentence_transformers." ... "." class: the package has moved its classes about, so the
//             first and the last part alone tell them
#pragma once

#include <akidb/embedding/result.hpp>
#include <optional>
#include <string>

#include "base/json.hpp"

namespace akidb::embedding::model {

// Paths are relative to the model's folder and stay inside it.
struct Modules {
  std::string transformer;             // often empty: the model's folder itself
  std::optional<std::string> pooling;  // "1_Pooling"
  bool normalize = false;
};

// Transformer, Pooling, Normalize: the first is needed, and they come in this order. Another module is
// unsupported, by name.
Result<Modules> read_modules(const base::JsonValue& root);

}  // namespace akidb::embedding::model
