// What a converted graph depends on, as one name.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string>

#include "model/model.hpp"

namespace akidb::embedding::graph {

// 64 hexadecimal digits: SHA-256 of the converter's version, the encoder's shape, and for each safetensors
// file its header, size, and identity (device, inode, time of the last change in nanoseconds). The weights
// themselves are not hashed: that would read the whole file at every start. A copy of a model thus has
// another key, and a file that was rewritten in place a new one.
Result<std::string> model_key(const model::ModelFolder& model);

}  // namespace akidb::embedding::graph
