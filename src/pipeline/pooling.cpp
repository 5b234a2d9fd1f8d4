#include "pipeline/pooling.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace akidb::embedding::pipeline {
namespace {

void add_scaled(std::span<const float> row, double weight, double* out) {
  for (std::size_t at = 0; at < row.size(); ++at) out[at] += weight * static_cast<double>(row[at]);
}

void add_row(std::span<const float> row, double* out) {
  for (std::size_t at = 0; at < row.size(); ++at) out[at] += static_cast<double>(row[at]);
}

void max_row(std::span<const float> row, bool first, double* out) {
  if (first) {
    std::copy(row.begin(), row.end(), out);
    return;
  }
  // A NaN on either side stays: it has to reach the check of the finished row.
  for (std::size_t at = 0; at < row.size(); ++at) {
    const double value = row[at];
    out[at] = value <= out[at] || out[at] != out[at] ? out[at] : value;
  }
}

void scale(std::span<double> row, double factor) {
  for (double& value : row) value *= factor;
}

}  // namespace

Pooling::Pooling(std::vector<PoolingMode> modes, std::size_t hidden_size)
    : modes_(std::move(modes)), hidden_size_(hidden_size) {}

bool Pooling::takes_first_row_only() const noexcept {
  return std::all_of(modes_.begin(), modes_.end(), [](PoolingMode mode) { return mode == PoolingMode::cls; });
}

void Pooling::add(std::span<const float> rows, const Place& place, std::span<double> pooled) const {
  const std::size_t count = rows.size() / hidden_size_;
  for (std::size_t at = 0; at < count; ++at) {
    const std::size_t token = place.first + at;
    const auto row = rows.subspan(at * hidden_size_, hidden_size_);
    const bool counted = token >= place.skipped;
    double* out = pooled.data();
    for (const auto mode : modes_) {
      switch (mode) {
        case PoolingMode::cls:
          if (token == place.skipped) std::copy(row.begin(), row.end(), out);
          break;
        case PoolingMode::max:
          if (counted) max_row(row, token == place.skipped, out);
          break;
        case PoolingMode::mean:
        case PoolingMode::mean_sqrt_len:
          if (counted) add_row(row, out);
          break;
        case PoolingMode::weighted_mean:
          if (counted) add_scaled(row, static_cast<double>(token + 1), out);
          break;
        case PoolingMode::last_token:
          if (token + 1 == place.sequence_length) std::copy(row.begin(), row.end(), out);
          break;
      }
      out += hidden_size_;
    }
  }
}

void Pooling::finish(const Place& place, std::span<double> pooled) const {
  const double length = static_cast<double>(place.sequence_length);
  const double skipped = static_cast<double>(std::min(place.skipped, place.sequence_length));
  const double counted = length - skipped;
  std::size_t at = 0;
  for (const auto mode : modes_) {
    const auto part = pooled.subspan(at, hidden_size_);
    if (mode == PoolingMode::mean && counted > 0) scale(part, 1.0 / counted);
    if (mode == PoolingMode::mean_sqrt_len && counted > 0) scale(part, 1.0 / std::sqrt(counted));
    if (mode == PoolingMode::weighted_mean && counted > 0) {
      // Weights are the tokens' places counted from 1.
      const double weights = (length * (length + 1) - skipped * (skipped + 1)) / 2;
      scale(part, 1.0 / weights);
    }
    at += hidden_size_;
  }
}

}  // namespace akidb::embedding::pipeline
