// config.json of a Pooling module.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string_view>

#include "base/json.hpp"
#include "model/model.hpp"

namespace akidb::embedding::model {

// The name that newer configurations use: "mean", "lasttoken".
std::string_view to_string(PoolingMode mode) noexcept;

// Both spellings:
//
//   older = {"pooling_mode_cls_token": bool, "pooling_mode_mean_tokens": bool, ...}; mean where none is true
//   newer = {"pooling_mode": "mean" | ["cls", "mean"]}, which wins where both are there
//
// An unknown mode is unsupported, by name.
Result<PoolingConfig> read_pooling_config(const base::JsonValue& root);

}  // namespace akidb::embedding::model
