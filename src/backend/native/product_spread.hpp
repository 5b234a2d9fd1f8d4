// Whether a product that is made by fixed-point numbers is as exact as its model needs. Such a number is off by a part
// of the greatest one of its row, be it of weights or of inputs, however small it is itself. So a result is off by that
// part of (M |s| + S |w|), to its own size of |w s|: w are the weights and M their greatest, s the sizes of their
// inputs and S their greatest, |x| is the root of the sum of squares. What the two come to together is what counts: a
// small input that meets a great weight does not get lost in either product alone.
#pragma once

#include <cstddef>
#include <vector>

#include "backend/native/kernels/kernel_set.hpp"

namespace akidb::embedding::backend::native {

// The spread of a product is the root mean square over its results of (M |s| + S |w|) / |w s|: about 10 where all
// values are much alike, and 0 where there is nothing to lose. Rows may be measured on any threads, each once.
class ProductSpread {
 public:
  explicit ProductSpread(std::size_t rows) : spreads_(rows), results_(rows) {}

  // Before any row is measured.
  void set_inputs(const std::vector<float>& sizes);

  void measure(const kernels::ProductKernels& products, std::size_t row, const float* weights);

  // Infinite where values are so small that no step of theirs is a normal number.
  [[nodiscard]] double spread() const;

  // Sizes of the results without their biases.
  [[nodiscard]] const std::vector<float>& results() const { return results_; }

 private:
  std::vector<float> inputs_;  // to the greatest one
  double greatest_input_ = 0;
  double input_squares_ = 0;
  std::vector<double> spreads_;  // of each row, squared
  std::vector<float> results_;
};

// Behind a norm: deviations of gamma around beta, which may be null.
std::vector<float> sizes_behind_norm(const float* gamma, const float* beta, std::size_t columns);

// Behind the activation of values of such sizes around biases, which may be empty: what is far below zero stays there.
std::vector<float> sizes_behind_activation(const std::vector<float>& results, const std::vector<float>& biases);

}  // namespace akidb::embedding::backend::native
