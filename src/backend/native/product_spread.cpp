#include "backend/native/product_spread.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace akidb::embedding::backend::native {
namespace {

// A step is some ten millionths of the greatest number of its row, and a product of two steps must be a normal number.
constexpr double kLeastGreatest = 1e-15;

}  // namespace

void ProductSpread::set_inputs(const std::vector<float>& sizes) {
  const float greatest = sizes.empty() ? 0 : *std::max_element(sizes.begin(), sizes.end());
  greatest_input_ = greatest;
  inputs_ = sizes;
  if (greatest > 0) {
    for (float& size : inputs_) size /= greatest;
  }
  input_squares_ = std::inner_product(inputs_.begin(), inputs_.end(), inputs_.begin(), 0.0);
}

void ProductSpread::measure(const kernels::ProductKernels& products, std::size_t row, const float* weights) {
  const auto [greatest, squares, product_squares] = products.measure(weights, inputs_.data(), inputs_.size());
  if (greatest == 0 || greatest_input_ == 0) return;
  results_[row] = static_cast<float>(greatest * greatest_input_ * std::sqrt(static_cast<double>(product_squares)));
  if (greatest < kLeastGreatest || greatest_input_ < kLeastGreatest || product_squares == 0) {
    spreads_[row] = std::numeric_limits<double>::infinity();
    return;
  }
  const double lost = std::sqrt(input_squares_) + std::sqrt(static_cast<double>(squares));
  spreads_[row] = lost * lost / product_squares;
}

double ProductSpread::spread() const {
  if (spreads_.empty()) return 0;
  return std::sqrt(std::accumulate(spreads_.begin(), spreads_.end(), 0.0) / static_cast<double>(spreads_.size()));
}

std::vector<float> sizes_behind_norm(const float* gamma, const float* beta, std::size_t columns) {
  std::vector<float> sizes(columns);
  for (std::size_t i = 0; i < columns; ++i) sizes[i] = std::hypot(gamma[i], beta == nullptr ? 0 : beta[i]);
  return sizes;
}

std::vector<float> sizes_behind_activation(const std::vector<float>& results, const std::vector<float>& biases) {
  std::vector<float> sizes = results;
  for (std::size_t i = 0; i < biases.size(); ++i) sizes[i] = std::hypot(sizes[i], std::max(biases[i], 0.F));
  return sizes;
}

}  // namespace akidb::embedding::backend::native
