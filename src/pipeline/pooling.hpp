// Pooling: from the rows of a sequence's tokens to one row, as the rows arrive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace akidb::embedding::pipeline {

// As in sentence-transformers' Pooling module.
enum class PoolingMode { cls, max, mean, mean_sqrt_len, weighted_mean, last_token };

// A set of modes over a hidden size. Immutable; thread-safe.
class Pooling {
 public:
  // `modes` must not be empty; their rows are concatenated in this order.
  Pooling(std::vector<PoolingMode> modes, std::size_t hidden_size);

  [[nodiscard]] std::size_t dimension() const noexcept { return modes_.size() * hidden_size_; }
  [[nodiscard]] std::size_t hidden_size() const noexcept { return hidden_size_; }

  // Whether the first counted row is all that a pooled row takes.
  [[nodiscard]] bool takes_first_row_only() const noexcept;

  // Where the tokens of one call stand: `first` is the place of the first row among the sequence's tokens,
  // tokens before `skipped` (a prompt that the model does not pool) are left out of all modes but
  // last_token.
  struct Place {
    std::size_t first = 0;
    std::size_t skipped = 0;
    std::size_t sequence_length = 0;
  };

  // Adds whole rows to `pooled` (dimension() values; zeros before the first call of a sequence, rows in
  // order). finish() ends the sequence. In double: a float's sum of thousands of like rows is off by far more than
  // the rows are.
  void add(std::span<const float> rows, const Place& place, std::span<double> pooled) const;
  void finish(const Place& place, std::span<double> pooled) const;

 private:
  std::vector<PoolingMode> modes_;
  std::size_t hidden_size_;
};

}  // namespace akidb::embedding::pipeline
