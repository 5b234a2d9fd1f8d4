// Products in tiles of a few rows by one panel. A tile keeps its sums in registers over the whole depth, each in one
// chain in the order of the inputs, so that a sum has the same bits in a tile of any height.
#pragma once

#include "backend/native/kernels/simd/epilogue.hpp"
#include "backend/native/kernels/simd/unrolled.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

// A Tile has kRows, the greatest height; kColumns, those of a panel; kRough, whether activations
// may be (functions.hpp); and sums<height>(product, row, panel, out), which writes height x kColumns floats.
using TileSums = void (*)(const Product& product, std::size_t row, const std::byte* panel, float* out);

template <class Tile, std::size_t kHeight>
void tile_of_height(const Product& product, std::size_t row, const std::byte* panel, float* out) {
  Tile::template sums<kHeight>(product, row, panel, out);
}

template <class Tile, std::size_t... kIndex>
struct TileTable {
  static constexpr TileSums kOfHeight[] = {tile_of_height<Tile, kIndex + 1>...};
};

template <class Tile, class Sequence>
struct TileTableOf;
template <class Tile, std::size_t... kIndex>
struct TileTableOf<Tile, Indices<kIndex...>> : TileTable<Tile, kIndex...> {};

// Rows are cut into tiles of nearly equal height; a panel stays in the cache while all rows pass by it.
template <class V, class Tile>
void multiply_tiled(const Product& product) {
  using Table = TileTableOf<Tile, typename MakeIndices<Tile::kRows>::Type>;
  alignas(64) float sums[Tile::kRows * Tile::kColumns];
  const Finish finish = finish_of<V, Tile::kColumns / V::kLanes, Tile::kRough, FloatSums<V, Tile::kColumns>>(product);
  const std::size_t tiles = (product.row_count + Tile::kRows - 1) / Tile::kRows;
  for (std::size_t panel = product.first_panel; panel < product.last_panel; ++panel) {
    const std::byte* const weights = product.weights->panels + panel * product.weights->layout.panel_bytes;
    for (std::size_t i = 0; i < tiles; ++i) {
      const std::size_t row = i * product.row_count / tiles;
      const std::size_t rows = (i + 1) * product.row_count / tiles - row;
      Table::kOfHeight[rows - 1](product, row, weights, sums);
      finish(product, panel, row, rows, sums);
    }
  }
  pad_bf16(product);
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
