#include "model/pooling_config.hpp"

#include <array>
#include <string>

#include "model/bounded_size.hpp"

namespace akidb::embedding::model {
namespace {

using base::JsonKind;
using base::JsonValue;

// In the order in which the older spelling concatenates.
struct Row {
  PoolingMode mode;
  std::string_view name;
  std::string_view older_key;
};
constexpr std::array kModes = {
    Row{PoolingMode::cls, "cls", "pooling_mode_cls_token"},
    Row{PoolingMode::max, "max", "pooling_mode_max_tokens"},
    Row{PoolingMode::mean, "mean", "pooling_mode_mean_tokens"},
    Row{PoolingMode::mean_sqrt_len, "mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens"},
    Row{PoolingMode::weighted_mean, "weightedmean", "pooling_mode_weightedmean_tokens"},
    Row{PoolingMode::last_token, "lasttoken", "pooling_mode_lasttoken"},
};

constexpr std::string_view kOlderPrefix = "pooling_mode_";

// As many as there are modes: a hostile list cannot make rows of any size.
constexpr std::size_t kMostModes = kModes.size();

constexpr Bounds kDimension{1, 1'048'576};

Result<PoolingMode> read_mode(const JsonValue& value) {
  const auto name = value.as_string();
  if (!name) return name.error();
  for (const auto& row : kModes) {
    if (row.name == *name) return row.mode;
  }
  return value.unsupported("unknown pooling \"" + std::string(*name) + "\"");
}

Result<std::vector<PoolingMode>> read_newer(const JsonValue& value) {
  std::vector<PoolingMode> modes;
  const auto add = [&](const JsonValue& item) -> Result<void> {
    const auto mode = read_mode(item);
    if (!mode) return mode.error();
    if (modes.size() == kMostModes) return value.corrupt("expected at most " + std::to_string(kMostModes) + " modes");
    modes.push_back(*mode);
    return {};
  };
  auto outcome = value.is(JsonKind::array)
                     ? value.for_each_element([&](std::size_t, const JsonValue& item) { return add(item); })
                     : add(value);
  if (!outcome) return outcome.error();
  if (modes.empty()) return value.corrupt("expected at least one mode");
  return modes;
}

// A switch that is on and stands in no row is a pooling that this library lacks.
Result<void> refuse_unknown_switches(const JsonValue& root) {
  return root.for_each_member([&](std::string_view key, const JsonValue& value) -> Result<void> {
    if (!key.starts_with(kOlderPrefix)) return {};
    for (const auto& row : kModes) {
      if (row.older_key == key) return {};
    }
    const auto on = value.as_bool();
    if (!on) return on.error();
    if (*on) return value.unsupported("unknown pooling");
    return {};
  });
}

Result<std::vector<PoolingMode>> read_older(const JsonValue& root) {
  if (auto outcome = refuse_unknown_switches(root); !outcome) return outcome.error();
  std::vector<PoolingMode> modes;
  bool is_said = false;
  for (const auto& row : kModes) {
    is_said = is_said || root.find(row.older_key).has_value();
    const auto on = root.bool_or(row.older_key, false);
    if (!on) return on.error();
    if (*on) modes.push_back(row.mode);
  }
  if (!modes.empty()) return modes;
  if (is_said) return root.corrupt("pooling_mode_*: expected at least one that is true, found none");
  return std::vector{PoolingMode::mean};
}

}  // namespace

std::string_view to_string(PoolingMode mode) noexcept {
  for (const auto& row : kModes) {
    if (row.mode == mode) return row.name;
  }
  return "";
}

Result<PoolingConfig> read_pooling_config(const JsonValue& root) {
  const auto newer = root.find("pooling_mode");
  auto modes = newer ? read_newer(*newer) : read_older(root);
  if (!modes) return modes.error();
  const auto include_prompt = root.bool_or("include_prompt", true);
  if (!include_prompt) return include_prompt.error();
  PoolingConfig config{std::move(*modes), *include_prompt, 0};
  if (const auto dimension = root.find("word_embedding_dimension")) {
    const auto size = bounded_size(*dimension, kDimension);
    if (!size) return size.error();
    config.dimension = *size;
  }
  return config;
}

}  // namespace akidb::embedding::model
