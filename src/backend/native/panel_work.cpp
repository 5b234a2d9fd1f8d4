#include "backend/native/panel_work.hpp"

#include "backend/native/stored_values.hpp"

namespace akidb::embedding::backend::native {

Error not_finite(const StoredTensor& tensor) {
  return {ErrorCode::data_corrupt, tensor.name + ": a value is NaN or infinite", {}, {}};
}

std::size_t gated_column(const kernels::Layout& layout, std::size_t output, bool of_second) {
  const std::size_t half = layout.panel_columns / 2;
  return output / half * layout.panel_columns + (of_second ? half : 0) + output % half;
}

std::size_t StackedRows::count() const {
  std::size_t rows = 0;
  for (const auto& part : parts_) rows += part.rows;
  return rows;
}

std::pair<const StoredTensor*, std::size_t> StackedRows::find(std::size_t row) const {
  auto part = parts_.begin();
  for (; row >= part->rows; ++part) row -= part->rows;
  return {&*part, row};
}

Result<void> PanelWork::pack(std::size_t panel, const kernels::KernelSet& set) const {
  const auto& layout = packed_.weights.layout;
  std::vector<const float*> rows(layout.panel_columns, nullptr);
  std::vector<float> copies;
  std::size_t last = 0;
  for (std::size_t j = 0; j < layout.panel_columns; ++j) {
    const auto [tensor, row, number] = source(panel, j);
    if (tensor == nullptr) continue;
    rows[j] = row_in_place(*tensor, row);
    if (rows[j] == nullptr) {
      if (copies.empty()) copies.resize(layout.panel_columns * layout.depth);
      read_row(*tensor, row, &copies[j * layout.depth]);
      rows[j] = &copies[j * layout.depth];
    }
    if (!set.rows.all_finite(rows[j], layout.depth)) return not_finite(*tensor);
    if (spread_ != nullptr) spread_->measure(*packed_.kernels, number, rows[j]);
    if (packed_.input_factors != nullptr) rows[j] = divided(rows[j], copies, j);
    last = j + 1;
  }
  packed_.kernels->pack({rows.data(), last, layout.depth}, panels_ + panel * layout.panel_bytes);
  return {};
}

// A row of weights by its inputs' factors, among `copies`, where it may be already.
const float* PanelWork::divided(const float* row, std::vector<float>& copies, std::size_t column) const {
  const std::size_t depth = packed_.weights.layout.depth;
  if (copies.empty()) copies.resize(packed_.weights.layout.panel_columns * depth);
  float* const out = &copies[column * depth];
  for (std::size_t i = 0; i < depth; ++i) out[i] = row[i] / packed_.input_factors[i];
  return out;
}

// What stands in a column of a panel.
PanelWork::Source PanelWork::source(std::size_t panel, std::size_t column) const {
  const std::size_t width = packed_.weights.layout.panel_columns;
  const StackedRows first(first_);
  const std::size_t half = second_ == nullptr ? width : width / 2;
  const std::size_t row = panel * half + column % half;
  if (row >= first.count()) return {nullptr, 0, 0};
  const bool is_second = column >= half;
  const auto [tensor, at] = is_second ? StackedRows(*second_).find(row) : first.find(row);
  return {tensor, at, is_second ? first.count() + row : row};
}

}  // namespace akidb::embedding::backend::native
