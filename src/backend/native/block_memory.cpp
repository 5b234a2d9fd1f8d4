#include "backend/native/block_memory.hpp"

namespace akidb::embedding::backend::native {

bool BlockMemory::reserve(const BlockShape& shape) {
  attention_bytes = base::LargeMemory::rounded(shape.attention_bytes);
  const std::size_t hidden_bytes = Arena::bytes_of_rows(shape.rows, shape.hidden);
  const std::size_t inner_bytes = Arena::bytes_of_rows(shape.rows, shape.widest_inner);
  const std::size_t scale_bytes = base::LargeMemory::rounded(shape.rows * sizeof(kernels::RowScale));
  const std::size_t operand_bytes = Arena::bytes_of_operands(shape.rows, shape.hidden);
  const std::size_t inner_operand_bytes = Arena::bytes_of_operands(shape.rows, shape.widest_inner);
  Arena& arena = thread_arena();
  if (!arena.reset(3 * hidden_bytes + operand_bytes + inner_bytes + inner_operand_bytes + 2 * scale_bytes +
                   shape.attention_parts * attention_bytes))
    return false;
  normed = arena.take_rows(shape.rows, shape.hidden);
  first_hidden = arena.take_rows(shape.rows, shape.hidden);
  first_context = arena.take_rows(shape.rows, shape.hidden);
  operand = arena.take(operand_bytes);
  inner_operand = arena.take(inner_operand_bytes);
  inner = arena.take(inner_bytes);
  scales = arena.take_array<kernels::RowScale>(shape.rows);
  inner_scales = arena.take_array<kernels::RowScale>(shape.rows);
  attention = arena.take(shape.attention_parts * attention_bytes);
  return true;
}

}  // namespace akidb::embedding::backend::native
