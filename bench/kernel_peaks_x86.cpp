// Twelve sums in twelve registers: more than two units with a latency of five cycles can be kept waiting for.
#include <array>
#include <cstdint>

#include "kernel_peaks.hpp"

namespace akidb::embedding::bench {
namespace {

using backend::native::kernels::Feature;

#define ROUND(instruction, r)                                                                                         \
  instruction " %%" r "14, %%" r "15, %%" r "0\n" instruction " %%" r "14, %%" r "15, %%" r "1\n" instruction " %%" r \
              "14, %%" r "15, %%" r "2\n" instruction " %%" r "14, %%" r "15, %%" r "3\n" instruction " %%" r         \
              "14, %%" r "15, %%" r "4\n" instruction " %%" r "14, %%" r "15, %%" r "5\n" instruction " %%" r         \
              "14, %%" r "15, %%" r "6\n" instruction " %%" r "14, %%" r "15, %%" r "7\n" instruction " %%" r         \
              "14, %%" r "15, %%" r "8\n" instruction " %%" r "14, %%" r "15, %%" r "9\n" instruction " %%" r         \
              "14, %%" r "15, %%" r "10\n" instruction " %%" r "14, %%" r "15, %%" r "11\n"

// Registers start at zero: denormal numbers would be slow.
#define LOOP(name, instruction, r)                                                                                \
  void name(std::size_t rounds) {                                                                                 \
    asm volatile("vzeroall\n1:\n" ROUND(instruction, r) "dec %0\njnz 1b\n"                                        \
                 : "+r"(rounds)                                                                                   \
                 :                                                                                                \
                 : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", \
                   "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");                                                  \
  }

LOOP(fma_256, "vfmadd231ps", "ymm")
LOOP(fma_512, "vfmadd231ps", "zmm")
LOOP(dot_bytes_256, "%{vex%} vpdpbusd", "ymm")
LOOP(dot_bytes_512, "vpdpbusd", "zmm")
LOOP(dot_bf16_512, "vdpbf16ps", "zmm")

#undef LOOP
#undef ROUND

// Eight tiles of 16 rows of 64 bytes.
struct alignas(64) TileConfiguration {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Sums of two tiles by two, zeros all.
#define TILE_LOOP(name, instruction)                                                             \
  void name(std::size_t rounds) {                                                                \
    const TileConfiguration configuration;                                                       \
    asm volatile("ldtilecfg %1\n1:\n" instruction " %%tmm6, %%tmm4, %%tmm0\n" instruction        \
                 " %%tmm7, %%tmm4, %%tmm1\n" instruction " %%tmm6, %%tmm5, %%tmm2\n" instruction \
                 " %%tmm7, %%tmm5, %%tmm3\ndec %0\njnz 1b\ntilerelease"                          \
                 : "+r"(rounds)                                                                  \
                 : "m"(configuration)                                                            \
                 : "cc");                                                                        \
  }

TILE_LOOP(tiles_bf16, "tdpbf16ps")
TILE_LOOP(tiles_bytes, "tdpbusd")

#undef TILE_LOOP

constexpr std::array kPeaks = {
    Peak{"FMA, 256 bits", Feature::avx2, 12.0 * 8 * 2, fma_256},
    Peak{"FMA, 512 bits", Feature::avx512, 12.0 * 16 * 2, fma_512},
    Peak{"VPDPBUSD, 256 bits", Feature::avx_vnni, 12.0 * 32 * 2, dot_bytes_256},
    Peak{"VPDPBUSD, 512 bits", Feature::avx512_vnni, 12.0 * 64 * 2, dot_bytes_512},
    Peak{"VDPBF16PS, 512 bits", Feature::avx512_bf16, 12.0 * 32 * 2, dot_bf16_512},
    Peak{"TDPBF16PS, tiles", Feature::amx, 4.0 * 16 * 16 * 32 * 2, tiles_bf16},
    Peak{"TDPBUSD, tiles", Feature::amx, 4.0 * 16 * 16 * 64 * 2, tiles_bytes},
};

}  // namespace

std::span<const Peak> peaks() { return kPeaks; }

}  // namespace akidb::embedding::bench
