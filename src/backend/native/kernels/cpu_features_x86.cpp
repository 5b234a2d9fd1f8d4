#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "backend/native/kernels/cpu_features.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

struct Registers {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
};

Registers cpuid(unsigned leaf, unsigned subleaf) {
  Registers got;
  if (__get_cpuid_count(leaf, subleaf, &got.eax, &got.ebx, &got.ecx, &got.edx) == 0) return {};
  return got;
}

constexpr bool bit(unsigned value, unsigned index) { return ((value >> index) & 1U) != 0; }

// Which registers the operating system saves (XCR0).
std::uint32_t saved_state() {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

constexpr std::uint32_t kYmm = 0x6;
constexpr std::uint32_t kZmm = 0xE6;
constexpr std::uint32_t kTiles = 0x60000;

bool linux_grants_tiles() {
  constexpr long kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long kTileData = 18;
  return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

bool is_amd(const Registers& vendor) {
  return std::memcmp(&vendor.ebx, "Auth", 4) == 0 && std::memcmp(&vendor.ecx, "cAMD", 4) == 0;
}

}  // namespace

CpuFeatures cpu_features() {
  CpuFeatures features;
  const Registers basic = cpuid(1, 0);
  const Registers extended = cpuid(7, 0);
  const Registers more = cpuid(7, 1);
  const bool saves_registers = bit(basic.ecx, 27);
  const std::uint32_t saved = saves_registers ? saved_state() : 0;
  const auto saves = [saved](std::uint32_t state) { return (saved & state) == state; };

  const bool fma = bit(basic.ecx, 12);
  const bool f16c = bit(basic.ecx, 29);
  if (!saves(kYmm) || !fma || !f16c || !bit(extended.ebx, 5)) return features;
  features.add(Feature::avx2);
  if (bit(more.eax, 4)) features.add(Feature::avx_vnni);

  const bool foundation = bit(extended.ebx, 16);
  const bool dq_bw_vl = bit(extended.ebx, 17) && bit(extended.ebx, 30) && bit(extended.ebx, 31);
  if (!saves(kZmm) || !foundation || !dq_bw_vl) return features;
  features.add(Feature::avx512);
  if (bit(extended.ecx, 11)) features.add(Feature::avx512_vnni);
  if (bit(more.eax, 5)) features.add(Feature::avx512_bf16);
  features.fast_bf16_dot = is_amd(cpuid(0, 0));

  const bool tile_bf16 = bit(extended.edx, 22);
  const bool tile = bit(extended.edx, 24);
  const bool tile_int8 = bit(extended.edx, 25);
  const bool permutes_bytes = bit(extended.ecx, 1);  // VBMI
  if (saves(kTiles) && permutes_bytes && tile && tile_bf16 && tile_int8 && linux_grants_tiles())
    features.add(Feature::amx);
  return features;
}

}  // namespace akidb::embedding::backend::native::kernels
