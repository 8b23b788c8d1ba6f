// Pairs of output rows that go along memory, for rows that meet in the first-level cache. Tiles and strips go down
// columns: there rows a multiple of 4 KB apart, or nearly, all lie in the same few places, which hold eight lines or
// twelve, and of rows 2 KB apart every other one, so that each vector is fetched and written back by itself.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_SWEEP_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_SWEEP_H_

#include "kernels/depthwise_columns.h"
#include "simd/in_register.h"

namespace depthwise {
namespace {

// Whether rows `bytes` apart meet: to `near` bytes a multiple of 4 KB, or exactly one of 2 KB. The more rows a kernel
// reads and writes at a time, the further they are apart after some of them: strips, which go down many, are the slower
// ones up to 64 bytes, tiles up to 8.
DEPTHWISE_INLINE bool rows_meet(int64_t bytes, int64_t near) {
  if (cut_size(1) == 0) return bytes % 16 == 0;  // small items: some small problems do, and some do not
  constexpr int64_t kPage = 4096;
  const int64_t past = bytes % kPage;
  return bytes + near >= kPage / 2 && (past <= near || kPage - past <= near || bytes % (kPage / 2) == 0);
}

// The columns of whole vectors none of which sees padding at the sides, at least `vectors` of them; or none, where rows
// do not meet.
template <class T>
SweptColumns swept_columns(const Geometry& g, int64_t near, int vectors) {
  constexpr int64_t kLanes = Vec<T>::kLanes;
  if (!rows_meet(int64_t{g.w.in} * g.h.dilation * static_cast<int64_t>(sizeof(T)), near)) return {0, 0};
  const SweptColumns columns = {ceil_of(g.w.interior_begin, kLanes) * kLanes,
                                int64_t{g.w.interior_end} / kLanes * kLanes};
  return columns.end - columns.begin >= vectors * kLanes ? columns : SweptColumns{0, 0};
}

constexpr int kSweptVectors = 4;  // side by side: eight sums, four loads and two broadcasts for eight multiply-adds

// Adds the products of one input row under one tap column with a tap of the upper row of outputs, and with the one
// above it of the lower row.
template <class V, bool kUpper, bool kLower>
DEPTHWISE_INLINE void add_to_pair(const typename V::Element* src, const typename V::Element* tap, int64_t tap_row,
                                  V (&upper)[kSweptVectors], V (&lower)[kSweptVectors]) {
  const V own = kUpper ? V::broadcast(*tap) : V::zero(), above = kLower ? V::broadcast(tap[-tap_row]) : V::zero();
  DEPTHWISE_UNROLL
  for (int v = 0; v < kSweptVectors; ++v) {
    const V x = in_register(V::load(src + v * V::kLanes));
    if (kUpper) upper[v] = fma(x, own, upper[v]);
    if (kLower) lower[v] = fma(x, above, lower[v]);
  }
}

// Output rows `oh` and `oh` + h.dilation, of any kernel and dilation, stride 1. Products are added in the order of the
// tiles: tap column by tap column, downwards.
template <class V>
__attribute__((noinline)) void sweep_pair(const Geometry& g, const Channel<typename V::Element>& channel, int32_t oh,
                                          const SweptColumns& columns) {
  using T = typename V::Element;
  const int64_t kernel_w = g.w.kernel, dilation = g.h.dilation, step = dilation * g.w.in, kw_step = g.w.dilation;
  const int64_t first_ih = int64_t{oh} - g.h.pad;
  // Input rows [begin, end) of those that the pair sees lie in the plane: none where all are padding. The first one is
  // the upper row's alone, the last one the lower row's.
  const int64_t begin = first_ih >= 0 ? 0 : ceil_of(-first_ih, dilation);
  const int64_t end = min_of(g.h.kernel + 1, ceil_of(g.h.in - first_ih, dilation));
  const bool has_first = begin == 0 && end > 0, has_last = end == g.h.kernel + 1 && begin < end;
  const int64_t both_begin = has_first ? 1 : begin, both = (has_last ? end - 1 : end) - both_begin;
  const T* const src = channel.src + (first_ih + both_begin * dilation) * g.w.in - g.w.pad;
  const T* const taps = channel.taps + both_begin * kernel_w;
  T* const dst = channel.dst + int64_t{oh} * g.w.out;
  const int64_t lower_row = dilation * g.w.out, last = columns.end - kSweptVectors * V::kLanes;
  const Activation activation = g.activation;
  for (int64_t next = columns.begin; next < columns.end; next += kSweptVectors * V::kLanes) {
    const int64_t ow = min_of(next, last);
    V upper[kSweptVectors], lower[kSweptVectors];
    DEPTHWISE_UNROLL
    for (int v = 0; v < kSweptVectors; ++v) upper[v] = lower[v] = V::broadcast(channel.bias);
    const T* column = src + ow;
    for (int64_t kw = 0; kw < kernel_w; ++kw, column += kw_step) {
      const T *at = column, *tap = taps + kw;
      if (has_first) add_to_pair<V, true, false>(at - step, tap - kernel_w, kernel_w, upper, lower);
#pragma GCC unroll 1
      for (int64_t row = both; row > 0; --row, at += step, tap += kernel_w)
        add_to_pair<V, true, true>(at, tap, kernel_w, upper, lower);
      if (has_last) add_to_pair<V, false, true>(at, tap, kernel_w, upper, lower);
    }
    DEPTHWISE_UNROLL
    for (int v = 0; v < kSweptVectors; ++v) {
      clamp_at_store(activation, upper[v]).store(dst + ow + v * V::kLanes);
      clamp_at_store(activation, lower[v]).store(dst + ow + v * V::kLanes + lower_row);
    }
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_SWEEP_H_
