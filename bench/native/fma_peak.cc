// What one core can do at most: independent fused multiply-adds that never leave the registers.
// Compiled once for each ISA, as a family of kernels is.
#include "kernels/family.h"

namespace depthwise {
namespace {

using V = Vec<float>;

}  // namespace

// Floating-point operations done in `rounds` rounds; *out keeps the compiler from dropping them.
long long DEPTHWISE_JOIN(fma_peak_, DEPTHWISE_ISA)(long long rounds, float* out) {
  constexpr int kSums = 10;  // latency 4-5, two a cycle
  V sum[kSums];
  for (int i = 0; i < kSums; ++i) sum[i] = V::broadcast(static_cast<float>(i));
  const V a = V::broadcast(out[0]), b = V::broadcast(out[1]);
  for (long long round = 0; round < rounds; ++round)
    for (int i = 0; i < kSums; ++i) sum[i] = fma(sum[i], a, b);
  V total = V::zero();
  for (int i = 0; i < kSums; ++i) total = total + sum[i];
  total.store(out);
  return rounds * kSums * 2 * V::kLanes;
}

}  // namespace depthwise
