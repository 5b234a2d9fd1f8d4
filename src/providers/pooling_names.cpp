#include "providers/pooling_names.hpp"

#include <array>

namespace akidb::embedding::providers {
namespace {

using Mode = model::PoolingMode;
using Step = pipeline::PoolingMode;

constexpr std::array kPoolings = {
    PoolingRow{Mode::cls, Step::cls, "cls"},
    PoolingRow{Mode::mean, Step::mean, "mean"},
    PoolingRow{Mode::max, Step::max, "max"},
    PoolingRow{Mode::mean_sqrt_len, Step::mean_sqrt_len, "mean_sqrt_len"},
    PoolingRow{Mode::weighted_mean, Step::weighted_mean, "weighted_mean"},
    PoolingRow{Mode::last_token, Step::last_token, "last_token"},
};

}  // namespace

const PoolingRow& pooling_row(model::PoolingMode mode) noexcept {
  for (const auto& row : kPoolings) {
    if (row.mode == mode) return row;
  }
  return kPoolings[1];
}

const PoolingRow* find_pooling(std::string_view name) noexcept {
  for (const auto& row : kPoolings) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

Error unknown_pooling(std::string_view name) {
  std::string expected;
  for (const auto& row : kPoolings) expected.append(expected.empty() ? "" : ", ").append(row.name);
  return {ErrorCode::invalid_argument,
          "pooling: expected one of " + expected + ", got '" + std::string(name) + "'",
          {},
          {}};
}

}  // namespace akidb::embedding::providers
