// What a converted graph depends on, as one name.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string>

#include "model/model.hpp"

namespace akidb::embedding::graph {

// 64 hexadecimal digits: SHA-256 of the converter's version and of the model's identity (model/model_identity.hpp). The
// weights themselves are not hashed: that would read the whole file at every start.
Result<std::string> model_key(const model::ModelFolder& model);

}  // namespace akidb::embedding::graph
