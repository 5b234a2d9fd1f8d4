// A size out of a file of a model, within bounds: a hostile file cannot make anything large.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>

#include "base/json.hpp"

namespace akidb::embedding::model {

struct Bounds {
  std::uint64_t least;
  std::uint64_t most;
};

// data_corrupt, by the field's name, where it is no whole number within `bounds`, which end below 2^32.
Result<std::uint32_t> bounded_size(const base::JsonValue& field, Bounds bounds);

}  // namespace akidb::embedding::model
