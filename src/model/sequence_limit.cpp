#include "model/sequence_limit.hpp"

#include <cmath>
#include <string>

namespace akidb::embedding::model {
namespace {

using base::JsonValue;

// No model takes more tokens; what is above means "no limit".
constexpr double kUnlimited = 1e7;

Result<std::optional<std::uint32_t>> read_limit(const JsonValue& root, std::string_view key) {
  const auto field = root.find(key);
  if (!field) return std::optional<std::uint32_t>();
  const auto value = field->as_double();
  if (!value) return value.error();
  if (*value > kUnlimited) return std::optional<std::uint32_t>();
  if (!(*value >= 1) || std::floor(*value) != *value) {
    return field->corrupt("expected a number of tokens, at least 1, found " + field->to_json());
  }
  return std::optional(static_cast<std::uint32_t>(*value));
}

}  // namespace

Result<TransformerSettings> read_transformer_settings(const JsonValue& root) {
  if (!root.is(base::JsonKind::object)) return root.corrupt("expected an object");
  TransformerSettings settings;
  const auto limit = read_limit(root, "max_seq_length");
  if (!limit) return limit.error();
  settings.max_seq_length = *limit;
  const auto lower_case = root.bool_or("do_lower_case", false);
  if (!lower_case) return lower_case.error();
  settings.lower_case = *lower_case;
  const auto task = root.string_or("transformer_task", "feature-extraction");
  if (!task) return task.error();
  if (*task != "feature-extraction") {
    return root.unsupported("transformer_task: expected \"feature-extraction\", found \"" + *task + "\"");
  }
  return settings;
}

Result<std::optional<std::uint32_t>> read_model_max_length(const JsonValue& root) {
  if (!root.is(base::JsonKind::object)) return root.corrupt("expected an object");
  return read_limit(root, "model_max_length");
}

}  // namespace akidb::embedding::model
