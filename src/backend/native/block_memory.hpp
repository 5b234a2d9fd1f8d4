// BlockMemory: what a thread needs while it takes one block of rows through a layer.
#pragma once

#include <cstddef>

#include "backend/native/kernels/kernel_set.hpp"
#include "backend/native/workspace.hpp"

namespace akidb::embedding::backend::native {

struct BlockShape {
  std::size_t rows;
  std::size_t hidden;           // columns of a layer's rows
  std::size_t widest_inner;     // of the feed-forward's, in any layer
  std::size_t attention_bytes;  // scratch of one part of an attention
  std::size_t attention_parts;  // at work at the same time
};

// In this thread's arena, until the next one is taken there.
struct BlockMemory {
  FloatRows normed;         // a norm's rows where they do not replace their input
  FloatRows first_hidden;   // first rows of sequences, side by side
  FloatRows first_context;  //
  void* operand = nullptr;
  void* inner = nullptr;          // the feed-forward's inner rows
  void* inner_operand = nullptr;  // and what becomes of them for the next product
  kernels::RowScale* scales = nullptr;
  kernels::RowScale* inner_scales = nullptr;
  std::byte* attention = nullptr;
  std::size_t attention_bytes = 0;  // from one part's scratch to the next

  // False where there is not enough memory.
  [[nodiscard]] bool reserve(const BlockShape& shape);
};

}  // namespace akidb::embedding::backend::native
