// The names of the poolings, as callers and model_info() say them.
#pragma once

#include <akidb/embedding/error.hpp>
#include <string>
#include <string_view>

#include "model/model.hpp"
#include "pipeline/pooling.hpp"

namespace akidb::embedding::providers {

struct PoolingRow {
  model::PoolingMode mode;
  pipeline::PoolingMode step;
  std::string_view name;
};

const PoolingRow& pooling_row(model::PoolingMode mode) noexcept;

// Null where there is none.
const PoolingRow* find_pooling(std::string_view name) noexcept;

Error unknown_pooling(std::string_view name);

}  // namespace akidb::embedding::providers
