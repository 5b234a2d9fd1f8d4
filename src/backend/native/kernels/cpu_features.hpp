// Which instructions this CPU has and the operating system lets a program use.
#pragma once

#include <cstdint>
#include <string>

namespace akidb::embedding::backend::native::kernels {

// One bit an instruction set that kernels ask for.
enum class Feature : std::uint8_t {
  avx2,         // with FMA and F16C
  avx_vnni,     // 8-bit dot products of 256 bits
  avx512,       // F, BW, DQ, VL
  avx512_vnni,  // 8-bit dot products of 512 bits
  avx512_bf16,  // bf16 dot products of 512 bits
  amx,          // tiles, with int8 and bf16 products, and AVX-512 VBMI
  neon,
  neon_dotprod,
  neon_i8mm,
  neon_bf16,
};

struct CpuFeatures {
  std::uint32_t bits = 0;

  // bf16 dot products run at twice the rate of fp32 products (AMD), rather than at half of it (Intel).
  bool fast_bf16_dot = false;

  [[nodiscard]] bool has(Feature feature) const noexcept {
    return ((bits >> static_cast<unsigned>(feature)) & 1U) != 0;
  }
  void add(Feature feature) noexcept { bits |= 1U << static_cast<unsigned>(feature); }
};

// Asks the CPU, and the operating system for its consent to wide registers. Where the CPU has AMX, that asks Linux to
// grant tile registers to all threads of the process, once and for good.
CpuFeatures cpu_features();

}  // namespace akidb::embedding::backend::native::kernels
