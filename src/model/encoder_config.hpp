// config.json: the encoder's shape.
#pragma once

#include <akidb/embedding/result.hpp>

#include "base/json.hpp"
#include "model/model.hpp"

namespace akidb::embedding::model {

// unsupported where the architecture, the activation or the kind of positions is not known; data_corrupt
// where a field is missing, of a wrong type or outside what any model has.
Result<EncoderConfig> read_encoder_config(const base::JsonValue& root);

}  // namespace akidb::embedding::model
