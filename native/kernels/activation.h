// Activations, applied to sums in registers just before the store. A NaN stays a NaN in all of them.
#ifndef DEPTHWISE_KERNELS_ACTIVATION_H_
#define DEPTHWISE_KERNELS_ACTIVATION_H_

#include "kernels/family.h"

namespace depthwise {
namespace {

// exp(x) = 2^n * exp(r), |r| <= ln(2) / 2, for x up to a little past overflow (then +inf). ln(2) in two parts, so
// that n * high is exact. The float polynomial is the one of Moshier's Cephes library, the double one Taylor's to r^13.
template <class V>
DEPTHWISE_INLINE V exp_polynomial(V r, float) {
  V p = V::broadcast(1.9875691500e-4f);
  p = fma(p, r, V::broadcast(1.3981999507e-3f));
  p = fma(p, r, V::broadcast(8.3334519073e-3f));
  p = fma(p, r, V::broadcast(4.1665795894e-2f));
  p = fma(p, r, V::broadcast(1.6666665459e-1f));
  p = fma(p, r, V::broadcast(5.0000001201e-1f));
  return fma(p, r * r, r) + V::broadcast(1.0f);
}

template <class V>
DEPTHWISE_INLINE V exp_polynomial(V r, double) {
  double factorial = 6227020800.0;  // 13!
  V p = V::broadcast(1.0 / factorial);
  for (int k = 13; k > 0; --k) {
    factorial /= k;
    p = fma(p, r, V::broadcast(1.0 / factorial));
  }
  return p;
}

template <class V>
DEPTHWISE_INLINE V exp_up_to_overflow(V x) {
  using T = typename V::Element;
  constexpr bool kFloat = sizeof(T) == 4;
  // Just past the overflow of exp, and to the smallest normal result: n stays where two scale2 of n/2 can go.
  x = min(V::broadcast(kFloat ? T(89) : T(710)), max(V::broadcast(kFloat ? T(-87) : T(-708)), x));
  const V n = round(x * V::broadcast(T(1.4426950408889634)));
  const V high = V::broadcast(kFloat ? T(0.693359375) : T(6.93145751953125e-1));
  const V low = V::broadcast(kFloat ? T(-2.12194440e-4) : T(1.42860682030941723212e-6));
  const V r = fma(n, V::zero() - low, fma(n, V::zero() - high, x));
  const V half = round(n * V::broadcast(T(0.5)));
  return scale2(scale2(exp_polynomial(r, T(0)), half), n - half);
}

template <class V>
DEPTHWISE_INLINE V activate_silu(V x) {
  using T = typename V::Element;
  return x / (V::broadcast(T(1)) + exp_up_to_overflow(V::zero() - x));
}

template <class V>
DEPTHWISE_INLINE V activate_hardswish(V x) {
  using T = typename V::Element;
  const V gate = min(V::broadcast(T(6)), max(V::zero(), x + V::broadcast(T(3))));
  return x * gate / V::broadcast(T(6));
}

// The activation of one vector. The switch is the same way for a whole call: predicted, and hidden behind the sums.
template <class V>
DEPTHWISE_INLINE V activate(Activation activation, V x) {
  using T = typename V::Element;
  switch (activation) {
    case Activation::kNone: return x;
    case Activation::kRelu: return max(V::zero(), x);
    case Activation::kRelu6: return min(V::broadcast(T(6)), max(V::zero(), x));
    case Activation::kSilu: return activate_silu(x);
    case Activation::kHardswish: return activate_hardswish(x);
  }
  return x;
}

// The activation of a tile of sums: one branch for all of them where there is none.
template <class V>
DEPTHWISE_INLINE void activate_all(Activation activation, V* sums, int count) {
  if (activation == Activation::kNone) return;
  for (int i = 0; i < count; ++i) sums[i] = activate(activation, sums[i]);
}

// The activation of `count` numbers, whole vectors.
template <Activation kActivation, class V>
DEPTHWISE_INLINE void activate_vectors(typename V::Element* at, int64_t count) {
#pragma GCC unroll 1
  for (int64_t i = 0; i < count; i += V::kLanes) activate(kActivation, V::load(at + i)).store(at + i);
}

// The activation of sums that are stored already, dst[0 .. count), while they are still near the core. Out of line: its
// polynomials would otherwise stand in every tile. A loop for each, as a switch for each vector takes longer than most;
// what is less than a vector goes through the same loops.
template <class V>
__attribute__((noinline)) void activate_stored(Activation activation, typename V::Element* dst, int64_t count) {
  using T = typename V::Element;
  const int64_t rest = count % V::kLanes, whole = count - rest;
  const auto live = V::Mask::first(static_cast<int>(rest));
  T end[V::kLanes];
  if (rest > 0) V::load(dst + whole, live).store(end);
  for (int part = whole > 0 ? 0 : 1; part < (rest > 0 ? 2 : 1); ++part) {
    T* const at = part == 0 ? dst : end;
    const int64_t numbers = part == 0 ? whole : V::kLanes;
    switch (activation) {
      case Activation::kNone: break;
      case Activation::kRelu: activate_vectors<Activation::kRelu, V>(at, numbers); break;
      case Activation::kRelu6: activate_vectors<Activation::kRelu6, V>(at, numbers); break;
      case Activation::kSilu: activate_vectors<Activation::kSilu, V>(at, numbers); break;
      case Activation::kHardswish: activate_vectors<Activation::kHardswish, V>(at, numbers); break;
    }
  }
  if (rest > 0) V::load(end).store(dst + whole, live);
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_ACTIVATION_H_
