// Products in blocks of two tiles of rows by a panel of two tiles of outputs. While the tiles add up a block, the
// vector units make the result from the sums of the block before, which lie in the first-level cache. So do a block's
// rows, while the panels pass by that the second-level cache holds.
#pragma once

#include "backend/native/kernels/simd/epilogue.hpp"
#include "backend/native/kernels/x86/amx_tiles.hpp"
#include "backend/native/kernels/x86/vector_avx512_bf16.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

inline constexpr std::size_t kPanelColumns = 32;
inline constexpr std::size_t kWeightStride = kPanelColumns * 4;          // of a tile's rows in a panel
inline constexpr std::size_t kTwoTileBytes = kTileRows * kWeightStride;  // the panel's weights for one tile's depth
inline constexpr std::size_t kPassingBytes = std::size_t{512} << 10;     // of the panels that pass by
inline constexpr std::size_t kBlockSums = 2 * kTileRows * kPanelColumns;

// A tile of rows. The last one of many begins early enough to be whole; what it shares with the one before is computed
// twice, to the same bits, and written once.
struct RowTile {
  std::size_t first;
  std::size_t written;  // its first row that is written
  std::size_t end;
};

inline RowTile row_tile(std::size_t row_count, std::size_t index) {
  const std::size_t start = index * kTileRows;
  if (row_count < kTileRows) return {0, 0, row_count};
  const std::size_t first = smaller(start, row_count - kTileRows);
  return {first, start, first + kTileRows};
}

struct Block {
  RowTile tiles[2];
  std::size_t panel;
};

inline const std::byte* panel_of(const Product& product, std::size_t panel) {
  return product.weights->panels + panel * product.weights->layout.panel_bytes;
}

// That pass by a tile of rows.
inline std::size_t passing_panels(const Product& product) {
  return kPassingBytes / product.weights->layout.panel_bytes + 1;
}

// A Kernel has
//   kDepth                 inputs of a step
//   kOperandBytes          of a value on the left
//   kHeaderBytes           with which a panel begins; then follow kTwoTileBytes for each step
//   add<sums, left, right> of tiles
//   Sums                   that the epilogue takes
//   kActivatedRows         that are finished at once where there is an activation
template <class Kernel>
class Blocks {
 public:
  explicit Blocks(const Product& product)
      : product_(product),
        stride_(product.stride * Kernel::kOperandBytes),
        steps_((product.weights->layout.depth + Kernel::kDepth - 1) / Kernel::kDepth),
        finish_(finish_of<Avx512Bf16, 2, true, typename Kernel::Sums>(product)),
        rows_at_once_(product.activation == Activation::none ? 8 : Kernel::kActivatedRows) {}

  void multiply() {
    const std::size_t tiles = (product_.row_count + kTileRows - 1) / kTileRows;
    const TileScope scope(smaller(product_.row_count, kTileRows));
    memory_is_written();
    const std::size_t panels = passing_panels(product_);
    for (std::size_t first = product_.first_panel; first < product_.last_panel; first += panels) {
      for (std::size_t tile = 0; tile < tiles; tile += 2) {
        const RowTile upper = row_tile(product_.row_count, tile);
        const bool two = tile + 1 < tiles;
        const RowTile lower = two ? row_tile(product_.row_count, tile + 1) : upper;
        for (std::size_t panel = first; panel < smaller(first + panels, product_.last_panel); ++panel) {
          if (two) {
            add_up<true>({{upper, lower}, panel});
          } else {
            add_up<false>({{upper, lower}, panel});
          }
        }
      }
    }
    while (finish_some()) {
    }
  }

 private:
  // Rows of the block before that are not finished yet.
  struct Left {
    std::size_t row;
    std::size_t rows;
    const float* sums;
  };

  template <bool kTwo>
  void add_up(const Block& block) {
    const auto* const rows = static_cast<const std::byte*>(product_.rows);
    const std::byte* upper = rows + block.tiles[0].first * stride_;
    const std::byte* lower = rows + block.tiles[1].first * stride_;
    const std::byte* weights = panel_of(product_, block.panel) + Kernel::kHeaderBytes;
    const std::size_t finishes = 2 * kTileRows / rows_at_once_;
    std::size_t due = 0;
    zero_tile<0>();
    zero_tile<1>();
    if constexpr (kTwo) {
      zero_tile<2>();
      zero_tile<3>();
    }
    for (std::size_t step = 0; step < steps_; ++step) {
      load_passing_tile<6>(weights, kWeightStride);
      load_tile<4>(upper, stride_);
      Kernel::template add<0, 4, 6>();
      load_passing_tile<7>(weights + kTileRowBytes, kWeightStride);
      Kernel::template add<1, 4, 7>();
      if constexpr (kTwo) {
        load_tile<5>(lower, stride_);
        Kernel::template add<2, 5, 6>();
        Kernel::template add<3, 5, 7>();
      }
      for (due += finishes; due >= steps_; due -= steps_) finish_some();
      upper += kTileRowBytes;
      lower += kTileRowBytes;
      weights += kTwoTileBytes;
    }
    keep<kTwo>(block);
  }

  template <bool kTwo>
  void keep(const Block& block) {
    constexpr std::size_t kStride = kPanelColumns * sizeof(float);
    store_tile<0>(sums_, kStride);
    store_tile<1>(sums_ + kTileRows, kStride);
    if constexpr (kTwo) {
      store_tile<2>(sums_ + kBlockSums / 2, kStride);
      store_tile<3>(sums_ + kBlockSums / 2 + kTileRows, kStride);
    }
    panel_ = block.panel;
    left_[0] = left_of(block.tiles[0], sums_);
    left_[1] = left_of(block.tiles[1], sums_ + kBlockSums / 2);
    if constexpr (!kTwo) left_[1].rows = 0;
  }

  static Left left_of(const RowTile& tile, const float* sums) {
    return {tile.written, tile.end - tile.written, sums + (tile.written - tile.first) * kPanelColumns};
  }

  bool finish_some() {
    Left& left = left_[left_[0].rows == 0 ? 1 : 0];
    const std::size_t rows = smaller(rows_at_once_, left.rows);
    if (rows == 0) return false;
    finish_(product_, panel_, left.row, rows, left.sums);
    left.row += rows;
    left.rows -= rows;
    left.sums += rows * kPanelColumns;
    return true;
  }

  const Product& product_;
  std::size_t stride_;
  std::size_t steps_;
  Finish finish_;
  std::size_t rows_at_once_;  // few where they take long, so that the tiles do not wait
  std::size_t panel_ = 0;
  Left left_[2] = {};
  alignas(64) float sums_[kBlockSums];
};

template <class Kernel>
void multiply_in_blocks(const Product& product) {
  if (product.row_count != 0) Blocks<Kernel>(product).multiply();
  pad_bf16(product);
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
