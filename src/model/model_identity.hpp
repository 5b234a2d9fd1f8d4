// What tells a model's weights, and what is computed with them, from all others, without reading them.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string>

#include "model/model.hpp"

namespace akidb::embedding::model {

// All of the encoder's configuration, and for each safetensors file its identity (base::content_identity()) and its
// header, as text of some kilobytes, to be hashed. A copy of a model thus has another identity, and a file that was
// rewritten in place a new one, whatever its times were set to.
Result<std::string> model_identity(const ModelFolder& model);

}  // namespace akidb::embedding::model
