// Products of floats in slices (amx_slices.hpp). Of the nine products of a slice by a slice those are left out whose
// share of the result is least: one for `highest`, three for `high`. Products of one order, which is how many bytes
// they lie below the greatest, are added up in one tile: sums of bytes are exact, in any order.
#include "backend/native/kernels/simd/pack_rounded.hpp"
#include "backend/native/kernels/x86/amx_product.hpp"
#include "backend/native/kernels/x86/amx_slices.hpp"
#include "backend/native/kernels/x86/x86_kernels.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

using V = Avx512Bf16;

// How a panel begins. Its halves follow, each with the slices of every step's weights in turn: what is read in one go
// lies in all sets of the first-level cache alike.
struct Header {
  float scales[kPanelColumns];
};

inline constexpr std::size_t kDepth = 64;                              // of a step
inline constexpr std::size_t kSliceBytes = kTileRows * kTileRowBytes;  // of a step's weights in half a panel
inline constexpr std::size_t kStepBytes = kSlices * kSliceBytes;
inline constexpr std::size_t kRowsBytes = std::size_t{24} << 10;  // of a tile of rows that stay in that cache
inline constexpr std::size_t kSumTiles = 4;
inline constexpr std::size_t kTileSums = kTileRows * V::kLanes;

// Tiles 0 to 3 are sums: `highest` has one for each order; of `high` the last two share the last order, whose products
// would wait for each other in one. 4 to 6 are the slices of a tile of rows, 7 is one of weights.
template <bool kHighest>
[[gnu::always_inline]] inline void multiply_slices(const std::byte* rows, std::size_t stride, std::size_t plane,
                                                   const std::byte* weights) {
  load_tile<7>(weights, kTileRowBytes);
  load_tile<4>(rows, stride);
  add_signed_byte_tiles<0, 4, 7>();
  load_tile<5>(rows + plane, stride);
  add_signed_byte_tiles<1, 5, 7>();
  load_tile<6>(rows + 2 * plane, stride);
  add_signed_byte_tiles<2, 6, 7>();
  load_tile<7>(weights + kSliceBytes, kTileRowBytes);
  if constexpr (kHighest) {
    add_signed_byte_tiles<3, 6, 7>();
    add_signed_byte_tiles<1, 4, 7>();
    add_signed_byte_tiles<2, 5, 7>();
    load_tile<7>(weights + 2 * kSliceBytes, kTileRowBytes);
    add_signed_byte_tiles<3, 5, 7>();
    add_signed_byte_tiles<2, 4, 7>();
  } else {
    add_signed_byte_tiles<3, 5, 7>();
    add_signed_byte_tiles<1, 4, 7>();
    load_tile<7>(weights + 2 * kSliceBytes, kTileRowBytes);
    add_signed_byte_tiles<2, 4, 7>();
  }
}

// What the sums of each tile count in, to what `highest` or `high` counts in last.
template <bool kHighest>
struct Orders;
template <>
struct Orders<true> {
  static constexpr float kOfTile[kSumTiles] = {16777216.F, 65536.F, 256.F, 1.F};
  static constexpr float kLast = 256.F;
};
template <>
struct Orders<false> {
  static constexpr float kOfTile[kSumTiles] = {65536.F, 256.F, 1.F, 1.F};
  static constexpr float kLast = 65536.F;
};

// A tile of rows by the halves of a panel in turn. While the tiles add up one half, the vector units put the sums of
// the half before together, and finish the result behind the second.
template <bool kHighest>
class SliceBlocks {
 public:
  explicit SliceBlocks(const Product& product)
      : product_(product),
        plane_(rounded_up(product.weights->layout.depth, kDepth)),
        rows_at_once_(product.activation == Activation::none ? 4 : 2),
        finish_(finish_of<V, 2, false, FloatSums<V, kPanelColumns>>(product)) {}

  void multiply() {
    const std::size_t tiles = (product_.row_count + kTileRows - 1) / kTileRows;
    const TileScope scope(smaller(product_.row_count, kTileRows), 7);
    memory_is_written();
    const std::size_t panels = panels_a_tile();
    for (std::size_t first = product_.first_panel; first < product_.last_panel; first += panels) {
      for (std::size_t tile = 0; tile < tiles; ++tile) {
        const RowTile rows = row_tile(product_.row_count, tile);
        for (std::size_t panel = first; panel < smaller(first + panels, product_.last_panel); ++panel) {
          for (std::size_t half = 0; half < 2; ++half) add_up({rows, panel, half});
        }
      }
    }
    while (finished_ < kTileRows) finish_some();
  }

 private:
  struct Half {
    RowTile rows;
    std::size_t panel;
    std::size_t half;
  };

  // That pass by a tile of rows; one, which the second-level cache holds for all rows, where a tile is too large to
  // stay.
  [[nodiscard]] std::size_t panels_a_tile() const {
    if (kTileRows * kSlices * plane_ > kRowsBytes) return 1;
    return passing_panels(product_);
  }

  void add_up(const Half& now) {
    const std::byte* rows = static_cast<const std::byte*>(product_.rows) + now.rows.first * product_.stride;
    const std::byte* weights = panel_of(product_, now.panel) + sizeof(Header) + now.half * plane_ / kDepth * kStepBytes;
    const std::size_t steps = plane_ / kDepth;
    const std::size_t finishes = kTileRows / rows_at_once_;
    std::size_t due = 0;
    zero_tile<0>();
    zero_tile<1>();
    zero_tile<2>();
    zero_tile<3>();
    for (const std::byte* const end = rows + plane_; rows < end; rows += kDepth, weights += kStepBytes) {
      multiply_slices<kHighest>(rows, product_.stride, plane_, weights);
      for (due += finishes; due >= steps; due -= steps) finish_some();
    }
    store_tile<0>(sums_[0], kTileRowBytes);
    store_tile<1>(sums_[1], kTileRowBytes);
    store_tile<2>(sums_[2], kTileRowBytes);
    store_tile<3>(sums_[3], kTileRowBytes);
    before_ = now;
    finished_ = 0;
  }

  void finish_some() {
    const std::size_t begin = finished_;
    finished_ = smaller(kTileRows, begin + rows_at_once_);
    const RowTile& tile = before_.rows;
    const std::size_t skipped = tile.written - tile.first;
    const std::size_t first = begin > skipped ? begin : skipped;
    const std::size_t end = smaller(finished_, tile.end - tile.first);
    if (first >= end) return;
    put_together(first, end);
    if (before_.half == 0) return;
    finish_(product_, before_.panel, tile.first + first, end - first, values_ + first * kPanelColumns);
  }

  void put_together(std::size_t first, std::size_t end) {
    using Of = Orders<kHighest>;
    const auto& header = *reinterpret_cast<const Header*>(panel_of(product_, before_.panel));
    const std::size_t column = before_.half * V::kLanes;
    const V::Floats weight_scales = V::mul(V::load(header.scales + column), V::set(Of::kLast));
    for (std::size_t r = first; r < end; ++r) {
      const auto sum = [&](std::size_t tile)
                           KERNEL_INLINE { return V::to_floats(V::load_ints(sums_[tile] + r * V::kLanes)); };
      V::Floats total = V::fma(sum(2), V::set(Of::kOfTile[2]), sum(3));
      total = V::fma(sum(1), V::set(Of::kOfTile[1]), total);
      total = V::fma(sum(0), V::set(Of::kOfTile[0]), total);
      const V::Floats scale = V::mul(V::set(product_.scales[before_.rows.first + r].scale), weight_scales);
      V::store(values_ + r * kPanelColumns + column, V::mul(total, scale));
    }
  }

  const Product& product_;
  std::size_t plane_;         // bytes of a slice of a row
  std::size_t rows_at_once_;  // that are finished
  Finish finish_;
  Half before_ = {};
  std::size_t finished_ = kTileRows;
  alignas(64) std::int32_t sums_[kSumTiles][kTileSums];
  alignas(64) float values_[kTileRows * kPanelColumns];
};

template <bool kHighest>
void multiply_in_slices(const Product& product) {
  if (product.row_count != 0) SliceBlocks<kHighest>(product).multiply();
  pad_bf16(product);
}

void pack(const PanelSource& source, std::byte* panel) {
  auto* const header = reinterpret_cast<Header*>(panel);
  std::byte* const out = panel + sizeof(Header);
  for (std::size_t j = 0; j < kPanelColumns; ++j) {
    const float* const row = source_row(source, j);
    const std::size_t depth = row == nullptr ? 0 : source.depth;
    const FixedScale by = fixed_scale(greatest_of(row, depth));
    header->scales[j] = row == nullptr ? 0 : by.scale;
    std::byte* const half = out + j / V::kLanes * (rounded_up(source.depth, kDepth) / kDepth) * kStepBytes;
    for (std::size_t start = 0; start < source.depth; start += kDepth) {
      alignas(64) std::int8_t slices[kSlices * kDepth];
      for (std::size_t k = 0; k < kDepth; k += V::kLanes) {
        const std::size_t count = depth > start + k ? smaller(V::kLanes, depth - start - k) : 0;
        const V::Floats some = count == 0 ? V::zero() : V::load_part(row + start + k, count);
        store_slices(V::mul(some, V::set(by.inverse)), slices + k, kDepth);
      }
      // Four inputs of each output side by side.
      std::byte* const step = half + start / kDepth * kStepBytes + 4 * (j % V::kLanes);
      for (std::size_t four = 0; four < kSlices * kDepth / 4; ++four) {
        __builtin_memcpy(step + four * kTileRowBytes, slices + 4 * four, 4);
      }
    }
  }
}

constexpr auto kLayout = panel_layout<kPanelColumns, kDepth, kSlices, sizeof(Header)>;

}  // namespace

constinit const ProductKernels amx::kFp32Products = {"slices3x4x16x2",         Operand::slices, kLayout, pack,
                                                     multiply_in_slices<true>, measures_of};
constinit const ProductKernels amx::kFp32HighProducts = {"slices3x4x16x2",          Operand::slices, kLayout, pack,
                                                         multiply_in_slices<false>, measures_of};

}  // namespace akidb::embedding::backend::native::kernels
