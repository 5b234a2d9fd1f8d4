#include "model/bounded_size.hpp"

#include <string>

namespace akidb::embedding::model {

Result<std::uint32_t> bounded_size(const base::JsonValue& field, Bounds bounds) {
  const auto value = field.as_uint();
  if (!value) return value.error();
  if (*value < bounds.least || *value > bounds.most) {
    return field.corrupt("expected " + std::to_string(bounds.least) + " to " + std::to_string(bounds.most) +
                         ", found " + std::to_string(*value));
  }
  return static_cast<std::uint32_t>(*value);
}

}  // namespace akidb::embedding::model
