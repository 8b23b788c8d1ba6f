// 3x3, stride 2, where registers are few: two output rows at a time, along the columns. Each of their five input rows
// is loaded once in mixed lanes, parted as in depthwise2d_s2_wide.h; plain loads may begin before a row and end behind
// it.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_S2_ROWS_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_S2_ROWS_H_

#include "kernels/depthwise2d_wide.h"

namespace depthwise {
namespace {

template <class V>
struct S2Pair {
  using T = typename V::Element;
  V tap[9];
  V bias;
  int64_t src_pitch, dst_pitch;
  Activation activation;
  bool above, below;  // whether the first and the last of the five input rows lie in the plane

  template <int kRow, bool kEdges>
  DEPTHWISE_INLINE void add_row(const T* src, const typename V::Mask& first, const typename V::Mask& last,
                                V* sums) const {
    V before, even, odd;
    V::load_pairs(src + kRow * src_pitch, before, even, odd);
    if (kEdges) {
      before = before.keep(first);
      odd = odd.keep(last);
    }
    DEPTHWISE_UNROLL
    for (int r = 0; r < 2; ++r) {
      const int kh = kRow - 2 * r;
      if (kh < 0 || kh > 2) continue;
      sums[r] = fma(before, tap[kh * 3], sums[r]);
      sums[r] = fma(even, tap[kh * 3 + 1], sums[r]);
      sums[r] = fma(odd, tap[kh * 3 + 2], sums[r]);
    }
  }

  // `src`: in the first input row, what the first output's middle tap sees.
  template <bool kEdges>
  DEPTHWISE_INLINE void run(const T* src, T* dst, const typename V::Mask& first, const typename V::Mask& last) const {
    V sums[2] = {bias, bias};
    if (above) add_row<0, kEdges>(src, first, last, sums);
    add_row<1, kEdges>(src, first, last, sums);
    add_row<2, kEdges>(src, first, last, sums);
    sums[0] = computed(sums[0]);
    add_row<3, kEdges>(src, first, last, sums);
    if (below) add_row<4, kEdges>(src, first, last, sums);
    clamp_at_store(activation, sums[0].in_order()).store(dst);
    clamp_at_store(activation, sums[1].in_order()).store(dst + dst_pitch);
  }
};

// `src`, `dst`: the beginning of a band's rows, of which the first one may lie in the padding.
template <class V>
__attribute__((noinline)) void s2_rows(const WideShape<typename V::Element>& shape, int32_t out,
                                       const typename V::Element* src, typename V::Element* dst,
                                       const typename V::Element* taps, typename V::Element bias) {
  S2Pair<V> pair;
  DEPTHWISE_UNROLL
  for (int i = 0; i < 9; ++i) pair.tap[i] = V::broadcast(taps[i]);
  pair.bias = V::broadcast(bias);
  pair.src_pitch = shape.src_pitch;
  pair.dst_pitch = shape.dst_pitch;
  pair.activation = shape.activation;
  const typename V::Mask first = V::Mask::range(shape.left ? 0 : 1, V::kLanes), all = V::Mask::first(V::kLanes);
  const typename V::Mask last = V::Mask::first(V::kLanes - !shape.right);
  const int64_t last_ow = out - V::kLanes;
  src += 1 - shape.pad;
  for (int32_t next = 0; next < shape.rows; next += 2) {
    const int32_t row = next + 2 <= shape.rows ? next : shape.rows - 2;
    pair.above = row > 0 || shape.above;
    pair.below = row + 2 < shape.rows || shape.below;
    const typename V::Element* const src_row = src + 2 * row * shape.src_pitch;
    typename V::Element* const dst_row = dst + row * shape.dst_pitch;
    pair.template run<true>(src_row, dst_row, first, all);
#pragma GCC unroll 1
    for (int64_t ow = V::kLanes; ow < last_ow; ow += V::kLanes)
      pair.template run<false>(src_row + 2 * ow, dst_row + ow, all, all);
    pair.template run<true>(src_row + 2 * last_ow, dst_row + last_ow, all, last);
  }
}

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_S2_ROWS_H_
