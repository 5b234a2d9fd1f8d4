// ForwardPass: token ids to the last layer's rows.
//
// Sequences lie end to end as rows of one matrix; nothing is padded. A block of rows goes through a whole layer
// at once: attention (which reads keys and values of whole sequences), its output, both norms, the
// feed-forward, and query, key and value of the next layer. What lies between stays in the core's cache, and
// threads meet once a layer.
//
// A lone short text is one block, whose products are split instead: each core takes a part of the outputs,
// so that all of them read weights from memory at once, which is what such a text waits for.
//
// What a row becomes does not depend on the way: kernels promise the same bits for the same row.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>

#include "backend/backend.hpp"
#include "backend/native/block_memory.hpp"
#include "backend/native/encoder_model.hpp"
#include "backend/native/encoder_weights.hpp"
#include "backend/native/pass_outcome.hpp"
#include "backend/native/team.hpp"
#include "backend/native/workspace.hpp"

namespace akidb::embedding::backend::native {

// Sees what each product takes before it is computed.
class ProductObserver {
 public:
  virtual ~ProductObserver() = default;
  virtual void see(const PackedLinear& linear, const kernels::Product& product) = 0;
};

struct Encoder {
  const EncoderModel& model;
  const EncoderWeights& weights;
  const kernels::KernelSet& set;
  const kernels::AttentionKernels& attention;
  std::size_t block_rows;  // that a thread takes through a layer at a time
  ProductObserver* observer = nullptr;
};

// One batch, once. Not thread-safe.
class ForwardPass {
 public:
  // `batch` has been checked: ids below the vocabulary, lengths within the positions.
  ForwardPass(const Encoder& encoder, const TokenBatch& batch, const Team::Lead& lead, Arena& arena, RowSink& sink);

  // data_corrupt, naming the layer, where a value is not finite; resource_exhausted where memory is short.
  Result<void> run();

 private:
  struct OperandRows {
    const void* data = nullptr;
    std::size_t stride = 0;
    const kernels::RowScale* scales = nullptr;
  };
  struct Range {
    std::size_t first = 0;
    std::size_t count = 0;
  };

  [[nodiscard]] bool reserve();
  void find_positions();
  void for_each_block(std::size_t rows, const auto& work);
  [[nodiscard]] BlockShape block_shape() const;

  // A block's steps. `rows` and `context` are those of the block.
  void enter(Range block, BlockMemory& memory);
  void layer_of_rows(std::size_t layer, Range block, BlockMemory& memory);
  void last_layer_of_firsts(Range sequences, BlockMemory& memory);
  OperandRows embed(Range block, BlockMemory& memory);
  OperandRows behind_attention(std::size_t layer, const FloatRows& rows, const FloatRows& context, std::size_t count,
                               BlockMemory& memory);
  OperandRows feed_forward_input(const EncoderLayer& layer, const OperandRows& operand, std::size_t count,
                                 BlockMemory& memory);
  void query_key_value(std::size_t layer, Range block, const OperandRows& operand);
  void only_first_queries(const EncoderLayer& layer, Range block, const OperandRows& operand, const StateRows& out);
  void multiply_states(const EncoderLayer& layer, kernels::Product product, const StateRows& out) const;
  void rotate(const EncoderLayer& layer, Range block, const StateRows& rows, std::size_t first_head,
              std::size_t heads) const;
  void attend(std::size_t layer, std::size_t sequence, Range queries, float* out, std::size_t out_stride,
              BlockMemory& memory);

  // What the steps are made of. A norm's operand is that of the `next` product, if there is one.
  OperandRows norm(const NormVectors& vectors, const FloatRows& in, std::size_t count, const FloatRows& out,
                   const PackedLinear* next, BlockMemory& memory, std::size_t stage);
  OperandRows convert(const FloatRows& rows, std::size_t count, const PackedLinear& next, void* buffer,
                      kernels::RowScale* scales) const;
  // All panels, to rows of floats, without an activation and a residual.
  [[nodiscard]] static kernels::Product product_of(const PackedLinear& linear, const OperandRows& operand,
                                                   std::size_t count, const FloatRows& out);
  void multiply(const PackedLinear& linear, const kernels::Product& product) const;

  // The last layer's rows, and those of first tokens alone, to the sink.
  void emit_rows(Range rows) const;
  void emit_firsts(Range sequences) const;
  [[nodiscard]] std::size_t sequence_of(std::size_t row) const;
  [[nodiscard]] bool is_last(std::size_t layer) const noexcept { return layer + 1 == encoder_.weights.layers.size(); }

  const Encoder& encoder_;
  const TokenBatch& batch_;
  const Team::Lead& lead_;
  Arena& arena_;
  RowSink& sink_;
  std::size_t row_count_;
  std::size_t longest_ = 0;
  std::size_t block_rows_ = 0;
  bool splits_products_ = false;  // one block, on all cores
  bool emits_blocks_ = false;     // as they are done, while the cache has them; only one thread does them in order

  std::uint32_t* positions_ = nullptr;  // in the table of position embeddings
  std::uint32_t* places_ = nullptr;     // in the sequence
  FloatRows hidden_;
  FloatRows context_;
  StateRows states_[2] = {};  // query, key and value of the even layers and of the odd ones
  PassOutcome outcome_;
};

}  // namespace akidb::embedding::backend::native
