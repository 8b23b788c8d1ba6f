#include "dispatch/cpu.h"

#include <atomic>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace depthwise {
namespace {

constexpr const char* kNames[kIsaCount] = {"avx512", "avx2", "sse2", "neon", "scalar", "wide16"};

#if defined(__x86_64__)
// The register files that the operating system saves and restores (XCR0). The instruction by its bytes: the
// intrinsic needs -mxsave, and then the compiler might use xsave elsewhere in this file.
uint64_t saved_state() {
  uint32_t low, high;
  __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t{high} << 32) | low;
}

// cpuid and xgetbv, not __builtin_cpu_supports: that one does not link into a shared object with every compiler.
IsaSet detect() {
  IsaSet found = isa_bit(Isa::kSse2) | isa_bit(Isa::kScalar);  // SSE2 is part of x86-64
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return found;
  constexpr uint32_t kFma = 1u << 12, kOsXsave = 1u << 27, kAvx = 1u << 28;
  constexpr uint32_t kNeeded = kFma | kOsXsave | kAvx;
  if ((c & kNeeded) != kNeeded) return found;
  constexpr uint64_t kXmm = 1 << 1, kYmm = 1 << 2, kMasksAndZmm = 7 << 5;
  const uint64_t saved = saved_state();
  if ((saved & (kXmm | kYmm)) != (kXmm | kYmm)) return found;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return found;
  constexpr uint32_t kAvx2 = 1u << 5;
  if (!(b & kAvx2)) return found;
  found |= isa_bit(Isa::kAvx2);
  constexpr uint32_t kAvx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;  // F, DQ, BW, VL
  if ((b & kAvx512) == kAvx512 && (saved & kMasksAndZmm) == kMasksAndZmm) found |= isa_bit(Isa::kAvx512);
  return found;
}
#elif defined(__aarch64__)
IsaSet detect() { return isa_bit(Isa::kNeon) | isa_bit(Isa::kScalar); }  // NEON is part of AArch64
#else
IsaSet detect() { return isa_bit(Isa::kScalar); }
#endif

std::atomic<IsaSet> detected{0};

}  // namespace

const char* isa_name(Isa isa) { return kNames[static_cast<int32_t>(isa)]; }

bool isa_from_name(const char* name, Isa* isa) {
  for (int32_t i = 0; i < kIsaCount; ++i) {
    if (strcmp(name, kNames[i]) != 0) continue;
    *isa = static_cast<Isa>(i);
    return true;
  }
  return false;
}

IsaSet cpu_isas() {
  IsaSet isas = detected.load(std::memory_order_relaxed);
  if (isas == 0) {
    isas = detect();  // two threads may both ask: they find the same
    detected.store(isas, std::memory_order_relaxed);
  }
  return isas;
}

}  // namespace depthwise
