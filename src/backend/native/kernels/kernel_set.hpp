// KernelSet: everything that an encoder's forward pass asks of a CPU, as one table of functions for each
// instruction set. Plain data and plain pointers: the files behind it are compiled for their instruction set alone
// and share no inline code with the rest of the program.
//
// Matrices are rows of `columns` values, `stride` elements apart. Three rules hold for every function here.
//
// The same row, the same bits. What a function writes for a row depends on that row alone: not on how many rows the
// call has, where the row stands, or how rows, panels, heads or queries are split over calls and threads.
//
// Operands are padded. A product reads the rows on its left in blocks of 64 bytes. So a row of bf16 or uint8 operands
// has a stride of whole blocks (shapes.hpp), begins on a multiple of 64 bytes, and is zero from its last value to
// the end of its last block; whatever writes operands here writes those zeros. Rows of floats need none of that, but
// are read fastest from addresses that are multiples of 64 bytes, with a stride that is an odd number of blocks.
//
// Nothing allocates, fails or keeps state. Shapes are the caller's promise. NaN and infinity travel through to the
// result, where infinity may become NaN, through bytes by a scale of NaN; `norm` says that it met one. Denormals are
// slow: see flush_denormals.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace akidb::embedding::backend::native::kernels {

// Of weights, and of the products with them. fp32: as exact as sums of float32 are. fp32_high: what a set has that is
// faster, with vectors within 5e-6 of exact ones; else the same.
enum class Precision : std::uint8_t { fp32, fp32_high, bf16, int8 };

// Of what a product has on its left. slices: signed bytes of fixed-point numbers of 24 bits, three planes a row, the
// highest bytes first, each filled up with zeros to whole blocks.
enum class Operand : std::uint8_t { fp32, bf16, uint8, slices };

// gelu is the exact one, by erf: within 1e-7 * max(1, |x|) behind float weights, and within 9e-5 * max(1, |x|), far
// below what their rounding costs, behind bf16 and int8 weights.
enum class Activation : std::uint8_t { none, relu, gelu, gelu_tanh, silu, tanh };

// A row of uint8 operands stands for scale * (value - zero), one of slices for scale * value.
struct RowScale {
  float scale;
  std::int32_t zero;
};

// A weight matrix, `columns` (outputs) by `depth` (inputs), cut into panels of `panel_columns` outputs. A panel is a
// block of memory of its own, a multiple of 64 bytes; the last one is padded with zeros.
struct Layout {
  std::size_t columns;
  std::size_t depth;
  std::size_t panel_columns;
  std::size_t panel_bytes;
  std::size_t panels;
};

// Rows of a matrix as safetensors hold them: row j has the `depth` weights of output j.
struct PanelSource {
  const float* const* rows;  // `columns` pointers; null for an output of zeros
  std::size_t columns;       // at most the layout's panel_columns
  std::size_t depth;
};

struct Weights {
  Layout layout;
  const std::byte* panels;  // `layout.panels` of them, aligned to 64 bytes

  // A gated product: in every panel the first half of the columns holds outputs of the one matrix, the second half the
  // same outputs of the other one, so that the result has half of layout.columns:
  // activation(first + bias) * (second + bias). layout.columns is then a multiple of panel_columns; where the matrices
  // are narrower, both end in outputs of zeros, which the result has as well.
  bool gated;
};

// out = activation(rows x weights^T + bias) + residual, for some panels of the weights.
struct Product {
  const void* rows;  // of the set's operand for the weights' precision
  std::size_t stride;
  std::size_t row_count;
  const RowScale* scales;  // one a row, for uint8 operands and slices

  const Weights* weights;
  std::size_t first_panel;
  std::size_t last_panel;  // one past

  const float* bias;  // in the order of the weights' columns; null for none
  Activation activation;
  const float* residual;  // null for none; may be `out`
  std::size_t residual_stride;

  // fp32 or bf16. Result j of a row stands at out[j], whatever panels are asked for. Products that write parts of the
  // same bf16 rows at the same time must split at multiples of 64 bytes.
  Operand out_type;
  void* out;
  std::size_t out_stride;
};

// A row of weights, and a size of each of the inputs that it is multiplied with.
struct RowMeasures {
  float greatest;  // of the weights' sizes
  float weights;   // the sum of their squares, to the greatest as 1
  float products;  // the sum of the squares of weights, so, times sizes
};

// Products of one precision of weights.
struct ProductKernels {
  const char* layout_name;  // two sets with one name read each other's panels
  Operand operand;          // fp32 where weights are widened on the fly
  Layout (*layout)(std::size_t columns, std::size_t depth);
  void (*pack)(const PanelSource& source, std::byte* panel);  // one panel, panel_bytes long
  void (*multiply)(const Product& product);

  // Null where a small value is as exact as the great ones beside it.
  RowMeasures (*measure)(const float* row, const float* sizes, std::size_t depth) = nullptr;
};

// Rows of floats to operands. A uint8 row is scaled to its own least and greatest value, behind its columns' factors.
struct Conversion {
  const float* rows;
  std::size_t stride;
  std::size_t row_count;
  std::size_t columns;
  Operand type;
  void* out;
  std::size_t out_stride;
  RowScale* scales;      // for uint8 and slices
  const float* factors;  // for uint8: what each column is multiplied with; null for ones
};

struct Norm {
  const float* rows;
  std::size_t stride;
  std::size_t row_count;
  std::size_t columns;
  bool root_mean_square;  // no mean is taken off
  float epsilon;
  const float* gamma;  // null for ones
  const float* beta;   // null for zeros

  float* out;  // may be `rows`
  std::size_t out_stride;

  // The same rows as operands of the next product; null for none, and for a type of fp32.
  Operand operand_type;
  void* operand;
  std::size_t operand_stride;
  RowScale* scales;
  const float* factors;  // as in Conversion
};

// Word, position and type vectors of each token, added up.
struct Gather {
  const std::uint32_t* token_ids;
  const std::uint32_t* positions;  // null where there is no table of them
  const std::uint32_t* types;      // null for type 0 everywhere
  std::size_t row_count;
  std::size_t columns;
  const float* word_table;
  const float* position_table;  // null for none
  const float* type_table;      // null for none
  float* out;
  std::size_t out_stride;
};

// softmax(query x key^T * scale + bias) x value for one sequence, head after head, in blocks of queries and of keys.
// Scores are below 1e30 in size.
struct Attention {
  const void* query;  // of the first head and the sequence's first token; head h begins h * head_size values later
  const void* key;
  const void* value;
  std::size_t stride;  // of all three
  std::size_t length;  // tokens of the sequence
  std::size_t first_query;
  std::size_t last_query;  // one past
  std::size_t heads;
  std::size_t head_size;  // a multiple of 8, at most 256
  float scale;            // above 0

  // A key further away than `window` tokens is not looked at; kNoWindow for all keys.
  std::size_t window;

  // What is added to a score for each distance: distance_bias[h * distance_bias_stride + key - query], so the pointer
  // stands at distance 0 of the first head; null for none.
  const float* distance_bias;
  std::size_t distance_bias_stride;

  float* out;  // row of the sequence's first token, laid out as `query`
  std::size_t out_stride;
  std::byte* scratch;  // AttentionKernels::scratch(length, head_size) bytes, aligned to 64

  // Of query, key and value: fp32, or AttentionKernels::states.
  Operand states = Operand::fp32;
};
inline constexpr std::size_t kNoWindow = static_cast<std::size_t>(-1);

// Turns pairs of values by an angle that grows with the token's position, head after head in place: values i and
// i + head_size / 2 by cosine[position * head_size / 2 + i] and sine[...].
struct Rotation {
  float* rows;
  std::size_t stride;
  std::size_t row_count;
  std::size_t heads;
  std::size_t head_size;
  const std::uint32_t* positions;  // one a row
  const float* cosine;
  const float* sine;
};

// Errors of the vector functions, for every float: gelu at most 1e-7 * max(1, |x|), the others at most 4e-7 relative
// to max(|result|, 1e-30).
enum class Function : std::uint8_t { exp, tanh, gelu, gelu_tanh, silu };

struct AttentionKernels {
  std::size_t (*scratch)(std::size_t length, std::size_t head_size);
  void (*attend)(const Attention&);
  Operand states = Operand::fp32;  // what it is faster from: fp32 or bf16
};

// What is done row by row.
struct RowKernels {
  void (*convert)(const Conversion&);
  bool (*norm)(const Norm&);  // false where a row holds NaN or infinity
  void (*gather)(const Gather&);
  void (*rotate)(const Rotation&);
  AttentionKernels attention;        // behind fp32 weights
  AttentionKernels high_attention;   // behind weights of fp32_high
  AttentionKernels rough_attention;  // behind bf16 and int8: operands of its products may be rounded to bf16

  bool (*all_finite)(const float* values, std::size_t count);
  void (*map)(Function function, const float* in, float* out, std::size_t count);  // out may be in
};

struct KernelSet {
  const char* name;  // "avx512_vnni"
  ProductKernels fp32;
  ProductKernels fp32_high;
  ProductKernels bf16;
  ProductKernels int8;
  RowKernels rows;
};

}  // namespace akidb::embedding::backend::native::kernels
