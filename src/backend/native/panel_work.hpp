// Linear layers as their kernels read them: the rows of stored matrices, panel by panel.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <utility>
#include <vector>

#include "backend/native/encoder_model.hpp"
#include "backend/native/encoder_weights.hpp"
#include "backend/native/kernels/kernel_set.hpp"
#include "backend/native/product_spread.hpp"

namespace akidb::embedding::backend::native {

// data_corrupt, naming the tensor.
Error not_finite(const StoredTensor& tensor);

// Rows of several tensors, one behind the other.
class StackedRows {
 public:
  explicit StackedRows(const StoredLinear& linear) : parts_(linear.weights) {}

  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] std::size_t depth() const { return parts_.front().columns; }

  // The tensor that has the row, and the row's place in it.
  [[nodiscard]] std::pair<const StoredTensor*, std::size_t> find(std::size_t row) const;

 private:
  const std::vector<StoredTensor>& parts_;
};

// The packed column of a gated layer's output: halves of a panel hold the same outputs of either matrix.
std::size_t gated_column(const kernels::Layout& layout, std::size_t output, bool of_second);

// The panels of one linear layer, to be packed one by one, on any threads. Views what it is made of.
class PanelWork {
 public:
  // `second` is null unless the layer is gated. `spread`, unless it is null, measures the rows of `first` and then
  // those of `second`.
  PanelWork(const PackedLinear& packed, std::byte* panels, const StoredLinear& first, const StoredLinear* second,
            ProductSpread* spread)
      : packed_(packed), panels_(panels), first_(first), second_(second), spread_(spread) {}

  [[nodiscard]] std::size_t panels() const { return packed_.weights.layout.panels; }

  // data_corrupt, naming the tensor, where a weight is not finite.
  Result<void> pack(std::size_t panel, const kernels::KernelSet& set) const;

 private:
  const float* divided(const float* row, std::vector<float>& copies, std::size_t column) const;

  struct Source {
    const StoredTensor* tensor;  // null for a column of zeros
    std::size_t row;             // in the tensor
    std::size_t number;          // among all rows
  };
  [[nodiscard]] Source source(std::size_t panel, std::size_t column) const;

  const PackedLinear& packed_;
  std::byte* panels_;
  const StoredLinear& first_;
  const StoredLinear* second_;
  ProductSpread* spread_;
};

}  // namespace akidb::embedding::backend::native
