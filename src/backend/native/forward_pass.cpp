#include "backend/native/forward_pass.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace akidb::embedding::backend::native {
namespace {

using kernels::Operand;
using kernels::operand_bytes;
using kernels::operand_stride;
using kernels::RowScale;

// A lone batch of up to so many rows is one block whose products are split.
constexpr std::size_t kSplitRows = 64;

FloatRows part(const FloatRows& rows, std::size_t first) { return {rows.row(first), rows.stride}; }
StateRows part(const StateRows& rows, std::size_t first) { return {rows.at(first, 0), rows.stride, rows.type}; }

}  // namespace

ForwardPass::ForwardPass(const Encoder& encoder, const TokenBatch& batch, const Team::Lead& lead, Arena& arena,
                         RowSink& sink)
    : encoder_(encoder), batch_(batch), lead_(lead), arena_(arena), sink_(sink), row_count_(batch.token_ids.size()) {
  for (std::size_t at = 0; at < batch.sequences(); ++at) longest_ = std::max(longest_, batch.length(at));
  const std::size_t threads = lead.threads();
  splits_products_ = threads > 1 && row_count_ <= kSplitRows;
  emits_blocks_ = threads == 1;
  // Blocks of one size on all cores; kernels work on a few rows at a time.
  const std::size_t share = ((row_count_ + threads - 1) / threads + 15) / 16 * 16;
  block_rows_ = splits_products_ ? row_count_ : std::min(encoder.block_rows, share);
}

Result<void> ForwardPass::run() {
  if (!reserve()) outcome_.no_memory();
  if (auto so_far = outcome_.result(); !so_far) return so_far;
  find_positions();
  for_each_block(row_count_, [this](Range block, BlockMemory& memory) { enter(block, memory); });
  const std::size_t layers = encoder_.weights.layers.size();
  for (std::size_t layer = 0; layer < layers; ++layer) {
    if (outcome_.is_out_of_memory()) break;
    if (is_last(layer) && batch_.first_rows_only) {
      for_each_block(batch_.sequences(),
                     [this](Range block, BlockMemory& memory) { last_layer_of_firsts(block, memory); });
    } else {
      for_each_block(row_count_,
                     [this, layer](Range block, BlockMemory& memory) { layer_of_rows(layer, block, memory); });
    }
  }
  if (auto so_far = outcome_.result(); !so_far) return so_far;
  if (!emits_blocks_) batch_.first_rows_only ? emit_firsts({0, batch_.sequences()}) : emit_rows({0, row_count_});
  return {};
}

bool ForwardPass::reserve() {
  const std::size_t hidden = encoder_.model.hidden_size;
  const std::size_t numbers = base::LargeMemory::rounded(row_count_ * sizeof(std::uint32_t));
  // What is turned is floats.
  const auto& layers = encoder_.weights.layers;
  const bool turns =
      std::any_of(layers.begin(), layers.end(), [](const auto& layer) { return layer.rotation != nullptr; });
  const Operand type = turns ? Operand::fp32 : encoder_.attention.states;
  const std::size_t bytes = 2 * Arena::bytes_of_rows(row_count_, hidden) +
                            2 * Arena::bytes_of_states(row_count_, 3 * hidden, type) + 2 * numbers;
  if (!arena_.reset(bytes)) return false;
  hidden_ = arena_.take_rows(row_count_, hidden);
  context_ = arena_.take_rows(row_count_, hidden);
  for (auto& states : states_) states = arena_.take_states(row_count_, 3 * hidden, type);
  positions_ = arena_.take_array<std::uint32_t>(row_count_);
  places_ = arena_.take_array<std::uint32_t>(row_count_);
  return true;
}

void ForwardPass::find_positions() {
  const auto padding = encoder_.model.padding_id;
  for (std::size_t at = 0; at < batch_.sequences(); ++at) {
    std::uint32_t counted = 0;
    for (std::size_t row = batch_.offsets[at]; row < batch_.offsets[at + 1]; ++row) {
      places_[row] = static_cast<std::uint32_t>(row - batch_.offsets[at]);
      positions_[row] = places_[row];
      if (padding) positions_[row] = batch_.token_ids[row] == *padding ? *padding : *padding + ++counted;
    }
  }
}

void ForwardPass::for_each_block(std::size_t rows, const auto& work) {
  const std::size_t blocks = (rows + block_rows_ - 1) / block_rows_;
  const BlockShape shape = block_shape();
  lead_.run(blocks, [&](std::size_t at) {
    const Range block{at * block_rows_, std::min(block_rows_, rows - at * block_rows_)};
    BlockMemory memory;
    if (!memory.reserve(shape)) {
      outcome_.no_memory();
      return;
    }
    work(block, memory);
  });
}

BlockShape ForwardPass::block_shape() const {
  std::size_t widest = 0;
  for (const auto& layer : encoder_.weights.layers) widest = std::max(widest, layer.up.outputs);
  return {block_rows_, encoder_.model.hidden_size, widest,
          encoder_.attention.scratch(longest_, encoder_.model.head_size()), splits_products_ ? lead_.threads() : 1};
}

void ForwardPass::enter(Range block, BlockMemory& memory) { query_key_value(0, block, embed(block, memory)); }

ForwardPass::OperandRows ForwardPass::embed(Range block, BlockMemory& memory) {
  const auto& weights = encoder_.weights;
  const FloatRows rows = part(hidden_, block.first);
  encoder_.set.rows.gather({batch_.token_ids.data() + block.first,
                            weights.position_table == nullptr ? nullptr : positions_ + block.first, nullptr,
                            block.count, encoder_.model.hidden_size, weights.word_table, weights.position_table,
                            weights.type_table, rows.data, rows.stride});
  const auto& first = weights.layers.front();
  const PackedLinear* const next = &first.query_key_value;
  if (!encoder_.model.norm_first || !first.attention_norm) {
    return norm(weights.embeddings_norm, rows, block.count, rows, next, memory, kEmbeddingsStage);
  }
  norm(weights.embeddings_norm, rows, block.count, rows, nullptr, memory, kEmbeddingsStage);
  return norm(*first.attention_norm, rows, block.count, memory.normed, next, memory, kEmbeddingsStage);
}

void ForwardPass::layer_of_rows(std::size_t layer, Range block, BlockMemory& memory) {
  const std::size_t end = block.first + block.count;
  for (std::size_t sequence = sequence_of(block.first); sequence < batch_.sequences(); ++sequence) {
    const std::size_t start = batch_.offsets[sequence];
    if (start >= end) break;
    const std::size_t first = std::max(start, block.first);
    const std::size_t last = std::min<std::size_t>(batch_.offsets[sequence + 1], end);
    attend(layer, sequence, {first - start, last - first}, context_.row(start), context_.stride, memory);
  }
  const auto operand =
      behind_attention(layer, part(hidden_, block.first), part(context_, block.first), block.count, memory);
  if (!is_last(layer)) {
    query_key_value(layer + 1, block, operand);
  } else if (emits_blocks_ && outcome_.is_good()) {
    emit_rows(block);
  }
}

// The last layer, of the first row of each sequence alone. The rows go back to where they came from.
void ForwardPass::last_layer_of_firsts(Range sequences, BlockMemory& memory) {
  const std::size_t layer = encoder_.weights.layers.size() - 1;
  const std::size_t hidden = encoder_.model.hidden_size;
  for (std::size_t at = 0; at < sequences.count; ++at) {
    const std::size_t sequence = sequences.first + at;
    attend(layer, sequence, {0, 1}, memory.first_context.row(at), memory.first_context.stride, memory);
    std::copy_n(hidden_.row(batch_.offsets[sequence]), hidden, memory.first_hidden.row(at));
  }
  behind_attention(layer, memory.first_hidden, memory.first_context, sequences.count, memory);
  for (std::size_t at = 0; at < sequences.count; ++at) {
    std::copy_n(memory.first_hidden.row(at), hidden, hidden_.row(batch_.offsets[sequences.first + at]));
  }
  if (emits_blocks_ && outcome_.is_good()) emit_firsts(sequences);
}

// From the attention's result to the layer's, and to what the next layer's first product takes.
ForwardPass::OperandRows ForwardPass::behind_attention(std::size_t layer_number, const FloatRows& rows,
                                                       const FloatRows& context, std::size_t count,
                                                       BlockMemory& memory) {
  const auto& weights = encoder_.weights;
  const auto& layer = weights.layers[layer_number];
  const bool norm_first = encoder_.model.norm_first;
  const auto add_product = [&](const PackedLinear& linear, const OperandRows& operand) {
    auto product = product_of(linear, operand, count, rows);
    product.residual = rows.data;
    product.residual_stride = rows.stride;
    multiply(linear, product);
  };
  add_product(layer.attention_output, convert(context, count, layer.attention_output, memory.operand, memory.scales));
  const auto middle = norm(norm_first ? layer.output_norm : *layer.attention_norm, rows, count,
                           norm_first ? memory.normed : rows, &layer.up, memory, attention_stage(layer_number));
  add_product(layer.down, feed_forward_input(layer, middle, count, memory));

  const std::size_t stage = feed_forward_stage(layer_number);
  const PackedLinear* const next = is_last(layer_number) ? nullptr : &weights.layers[layer_number + 1].query_key_value;
  if (!norm_first) return norm(layer.output_norm, rows, count, rows, next, memory, stage);
  if (is_last(layer_number)) return norm(*weights.final_norm, rows, count, rows, next, memory, stage);
  return norm(*weights.layers[layer_number + 1].attention_norm, rows, count, memory.normed, next, memory, stage);
}

ForwardPass::OperandRows ForwardPass::feed_forward_input(const EncoderLayer& layer, const OperandRows& operand,
                                                         std::size_t count, BlockMemory& memory) {
  const Operand wanted = layer.down.kernels->operand;
  const Operand made = wanted == Operand::bf16 ? Operand::bf16 : Operand::fp32;
  const std::size_t stride = operand_stride(made, layer.up.outputs);
  auto product = product_of(layer.up, operand, count, {static_cast<float*>(memory.inner), stride});
  product.activation = encoder_.model.activation;
  product.out_type = made;
  multiply(layer.up, product);
  if (wanted == made) return {memory.inner, stride, nullptr};
  return convert({static_cast<float*>(memory.inner), stride}, count, layer.down, memory.inner_operand,
                 memory.inner_scales);
}

void ForwardPass::query_key_value(std::size_t layer_number, Range block, const OperandRows& operand) {
  const auto& layer = encoder_.weights.layers[layer_number];
  const auto& linear = layer.query_key_value;
  const std::size_t heads = encoder_.model.heads;
  const StateRows out = part(states_[layer_number % 2], block.first);
  const std::size_t query_panels = encoder_.model.hidden_size / linear.weights.layout.panel_columns;
  const bool apart = encoder_.model.hidden_size % linear.weights.layout.panel_columns == 0;
  const bool firsts = is_last(layer_number) && batch_.first_rows_only && apart && !splits_products_;
  auto product = product_of(linear, operand, block.count, {});
  product.first_panel = firsts ? query_panels : 0;
  multiply_states(layer, product, out);
  if (firsts) {
    only_first_queries(layer, block, operand, out);
    rotate(layer, block, out, heads, heads);
  } else {
    rotate(layer, block, out, 0, 2 * heads);
  }
}

void ForwardPass::only_first_queries(const EncoderLayer& layer, Range block, const OperandRows& operand,
                                     const StateRows& out) {
  const auto& linear = layer.query_key_value;
  const std::size_t row_bytes = operand.stride * operand_bytes(linear.kernels->operand);
  std::size_t sequence = sequence_of(block.first);
  if (batch_.offsets[sequence] < block.first) ++sequence;
  for (; sequence < batch_.sequences() && batch_.offsets[sequence] < block.first + block.count; ++sequence) {
    const std::size_t at = batch_.offsets[sequence] - block.first;
    const OperandRows row = {static_cast<const std::byte*>(operand.data) + at * row_bytes, operand.stride,
                             operand.scales == nullptr ? nullptr : operand.scales + at};
    auto product = product_of(linear, row, 1, {});
    product.last_panel = encoder_.model.hidden_size / linear.weights.layout.panel_columns;
    multiply_states(layer, product, part(out, at));
    rotate(layer, {block.first + at, 1}, part(out, at), 0, encoder_.model.heads);
  }
}

void ForwardPass::multiply_states(const EncoderLayer& layer, kernels::Product product, const StateRows& out) const {
  product.out_type = out.type;
  product.out = out.data;
  product.out_stride = out.stride;
  multiply(layer.query_key_value, product);
}

void ForwardPass::rotate(const EncoderLayer& layer, Range block, const StateRows& rows, std::size_t first_head,
                         std::size_t heads) const {
  if (layer.rotation == nullptr) return;
  const std::size_t head_size = encoder_.model.head_size();
  encoder_.set.rows.rotate({reinterpret_cast<float*>(rows.at(0, first_head * head_size)), rows.stride, block.count,
                            heads, head_size, places_ + block.first, layer.rotation->cosine.data(),
                            layer.rotation->sine.data()});
}

// `out` is where the row of the sequence's first token stands or would stand.
void ForwardPass::attend(std::size_t layer_number, std::size_t sequence, Range queries, float* out,
                         std::size_t out_stride, BlockMemory& memory) {
  const auto& layer = encoder_.weights.layers[layer_number];
  const auto& model = encoder_.model;
  const auto& distances = encoder_.weights.distances;
  const StateRows states = part(states_[layer_number % 2], batch_.offsets[sequence]);
  const std::size_t parts = splits_products_ ? std::min(lead_.threads(), model.heads) : 1;
  lead_.run(parts, [&](std::size_t at) {
    const std::size_t first_head = model.heads * at / parts;
    const std::size_t last_head = model.heads * (at + 1) / parts;
    const std::size_t column = first_head * model.head_size();
    encoder_.attention.attend({
        .query = states.at(0, column),
        .key = states.at(0, model.hidden_size + column),
        .value = states.at(0, 2 * model.hidden_size + column),
        .stride = states.stride,
        .length = batch_.length(sequence),
        .first_query = queries.first,
        .last_query = queries.first + queries.count,
        .heads = last_head - first_head,
        .head_size = model.head_size(),
        .scale = 1.0F / std::sqrt(static_cast<float>(model.head_size())),
        .window = layer.window,
        .distance_bias =
            distances ? distances->values.data() + first_head * distances->stride + distances->zero : nullptr,
        .distance_bias_stride = distances ? distances->stride : 0,
        .out = out + column,
        .out_stride = out_stride,
        .scratch = memory.attention + at * memory.attention_bytes,
        .states = states.type,
    });
  });
}

ForwardPass::OperandRows ForwardPass::norm(const NormVectors& vectors, const FloatRows& in, std::size_t count,
                                           const FloatRows& out, const PackedLinear* next, BlockMemory& memory,
                                           std::size_t stage) {
  const std::size_t columns = encoder_.model.hidden_size;
  const Operand type = next == nullptr ? Operand::fp32 : next->kernels->operand;
  const std::size_t stride = operand_stride(type, columns);
  const bool finite = encoder_.set.rows.norm({
      .rows = in.data,
      .stride = in.stride,
      .row_count = count,
      .columns = columns,
      .root_mean_square = false,
      .epsilon = encoder_.model.epsilon,
      .gamma = vectors.gamma,
      .beta = vectors.beta,
      .out = out.data,
      .out_stride = out.stride,
      .operand_type = type,
      .operand = type == Operand::fp32 ? nullptr : memory.operand,
      .operand_stride = stride,
      .scales = memory.scales,
      .factors = next == nullptr ? nullptr : next->input_factors,
  });
  if (!finite) outcome_.not_finite(stage);
  if (type == Operand::fp32) return {out.data, out.stride, nullptr};
  return {memory.operand, stride, memory.scales};
}

ForwardPass::OperandRows ForwardPass::convert(const FloatRows& rows, std::size_t count, const PackedLinear& next,
                                              void* buffer, RowScale* scales) const {
  const Operand type = next.kernels->operand;
  const std::size_t columns = next.weights.layout.depth;
  if (type == Operand::fp32) return {rows.data, rows.stride, nullptr};
  const std::size_t stride = operand_stride(type, columns);
  encoder_.set.rows.convert({rows.data, rows.stride, count, columns, type, buffer, stride, scales, next.input_factors});
  return {buffer, stride, scales};
}

kernels::Product ForwardPass::product_of(const PackedLinear& linear, const OperandRows& operand, std::size_t count,
                                         const FloatRows& out) {
  kernels::Product product = {};
  product.rows = operand.data;
  product.stride = operand.stride;
  product.row_count = count;
  product.scales = operand.scales;
  product.weights = &linear.weights;
  product.last_panel = linear.weights.layout.panels;
  product.bias = linear.bias;
  product.out_type = Operand::fp32;
  product.out = out.data;
  product.out_stride = out.stride;
  return product;
}

void ForwardPass::multiply(const PackedLinear& linear, const kernels::Product& product) const {
  if (encoder_.observer != nullptr) encoder_.observer->see(linear, product);
  if (!splits_products_) {
    linear.kernels->multiply(product);
    return;
  }
  // Parts of bf16 rows must end at multiples of 64 bytes.
  const std::size_t width = linear.weights.layout.panel_columns / (linear.weights.gated ? 2 : 1);
  const std::size_t unit = product.out_type == Operand::bf16 ? 32 / std::gcd(width, std::size_t{32}) : 1;
  const std::size_t units = (product.last_panel + unit - 1) / unit;
  const std::size_t parts = std::min(units, 2 * lead_.threads());
  lead_.run(parts, [&](std::size_t at) {
    kernels::Product piece = product;
    piece.first_panel = units * at / parts * unit;
    piece.last_panel = std::min(product.last_panel, units * (at + 1) / parts * unit);
    linear.kernels->multiply(piece);
  });
}

void ForwardPass::emit_rows(Range rows) const {
  std::size_t sequence = sequence_of(rows.first);
  for (std::size_t row = rows.first; row < rows.first + rows.count; ++row) {
    if (row == batch_.offsets[sequence + 1]) ++sequence;
    sink_.rows(sequence, row - batch_.offsets[sequence], {hidden_.row(row), encoder_.model.hidden_size});
  }
}

void ForwardPass::emit_firsts(Range sequences) const {
  for (std::size_t sequence = sequences.first; sequence < sequences.first + sequences.count; ++sequence) {
    sink_.rows(sequence, 0, {hidden_.row(batch_.offsets[sequence]), encoder_.model.hidden_size});
  }
}

std::size_t ForwardPass::sequence_of(std::size_t row) const {
  const auto after = std::upper_bound(batch_.offsets.begin(), batch_.offsets.end(), row);
  return static_cast<std::size_t>(after - batch_.offsets.begin()) - 1;
}

}  // namespace akidb::embedding::backend::native
