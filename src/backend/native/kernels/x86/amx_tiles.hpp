// Tile registers of AMX: eight, of up to 16 rows of 64 bytes. (Not by intrinsics: GCC 12's load of a configuration
// reads 8 of its 64 bytes as the compiler sees it, so that the stores of the others may be dropped.)
#pragma once

#include <cstddef>
#include <cstdint>

namespace akidb::embedding::backend::native::kernels {
namespace {

inline constexpr std::size_t kTileRows = 16;
inline constexpr std::size_t kTileRowBytes = 64;

// This thread's tiles, those of rows and of sums all of one height, until the end of the scope. Their release gives the
// core its light state back: what is switched from thread to thread, and how deep the core may sleep.
class TileScope {
 public:
  // Tiles from `first_weights` on are whole ones of weights.
  explicit TileScope(std::size_t rows, std::size_t first_weights = 6) {
    struct alignas(64) {
      std::uint8_t palette = 1;
      std::uint8_t start_row = 0;
      std::uint8_t reserved[14] = {};
      std::uint16_t row_bytes[16] = {};
      std::uint8_t rows[16] = {};
    } configuration;
    for (std::size_t tile = 0; tile < 8; ++tile) {
      configuration.row_bytes[tile] = kTileRowBytes;
      configuration.rows[tile] = static_cast<std::uint8_t>(tile >= first_weights ? kTileRows : rows);
    }
    asm volatile("ldtilecfg %0" : : "m"(configuration));
  }
  ~TileScope() { asm volatile("tilerelease"); }
  TileScope(const TileScope&) = delete;
  TileScope& operator=(const TileScope&) = delete;
};

template <int kTile>
[[gnu::always_inline]] inline void zero_tile() {
  asm volatile("tilezero %%tmm%c0" : : "i"(kTile));
}

// What the tile is loaded from must have been written before: memory_is_written().
template <int kTile>
[[gnu::always_inline]] inline void load_tile(const void* memory, std::size_t stride) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(memory), "r"(stride), "i"(kTile));
}

// For what passes by once, while something else shall stay in the first-level cache.
template <int kTile>
[[gnu::always_inline]] inline void load_passing_tile(const void* memory, std::size_t stride) {
  asm volatile("tileloaddt1 (%0,%1,1), %%tmm%c2" : : "r"(memory), "r"(stride), "i"(kTile));
}
inline void memory_is_written() { asm volatile("" : : : "memory"); }

template <int kTile>
[[gnu::always_inline]] inline void store_tile(void* memory, std::size_t stride) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(memory), "r"(stride), "i"(kTile) : "memory");
}

// Sums += left x right; right has, for every two (bf16) or four (bytes) inputs, those of each output.
template <int kSums, int kLeft, int kRight>
[[gnu::always_inline]] inline void add_bf16_tiles() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kSums), "i"(kLeft), "i"(kRight));
}

// Bytes without a sign by bytes with one.
template <int kSums, int kLeft, int kRight>
[[gnu::always_inline]] inline void add_byte_tiles() {
  asm volatile("tdpbusd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kSums), "i"(kLeft), "i"(kRight));
}

// Bytes with a sign by bytes with one.
template <int kSums, int kLeft, int kRight>
[[gnu::always_inline]] inline void add_signed_byte_tiles() {
  asm volatile("tdpbssd %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kSums), "i"(kLeft), "i"(kRight));
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
