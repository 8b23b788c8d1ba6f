// 3x3, stride 2, by strips of several vectors (depthwise2d_wide.h): down the rows, each of which is loaded and parted
// into even and odd elements once. What the middle taps see are the even ones (from the first output's middle tap on),
// what the last taps see the odd ones, and the first taps see those moved on by one lane.
#ifndef DEPTHWISE_KERNELS_DEPTHWISE2D_S2_WIDE_H_
#define DEPTHWISE_KERNELS_DEPTHWISE2D_S2_WIDE_H_

#include "kernels/depthwise2d_wide.h"

namespace depthwise {
namespace {

template <class V, int kWide, bool kHalf>
struct S2Strip : WideParts<V> {
  using T = typename V::Element;
  using Half = typename V::Half;
  using WideParts<V>::WideParts;
  using WideParts<V>::tap, WideParts<V>::bias, WideParts<V>::last, WideParts<V>::last_half, WideParts<V>::last_ow,
      WideParts<V>::activation;
  V sums[kWide];
  Half half_sum;
  typename V::Mask before;  // the last lane, or none where it lies in the padding

  template <class X>
  DEPTHWISE_INLINE void add(int row, X first, X middle, X end, X& sum) const {
    sum = fma(first, lanes_of<X>(tap[row * 3]), sum);
    sum = fma(middle, lanes_of<X>(tap[row * 3 + 1]), sum);
    sum = fma(end, lanes_of<X>(tap[row * 3 + 2]), sum);
  }

  // `odd_before`: odd elements before this vector's, of which the last one is asked for. Returns this vector's.
  // kMiddle: the row is the middle one of an output row; else it is the last one, which is stored, and the first one of
  // the next.
  template <bool kMiddle, class X, class Mask>
  DEPTHWISE_INLINE X add_vector(const T* src, X odd_before, Mask in_row, X& sum, T* dst) const {
    X even, odd;
    X::split(X::load(src), X::load(src + X::kLanes, in_row), even, odd);
    odd = shared(odd);
    const X first = odd.after(odd_before);
    if (kMiddle) {
      add(1, first, even, odd, sum);
    } else {
      add(2, first, even, odd, sum);
      clamp_at_store(activation, sum).store(dst);
      sum = lanes_of<X>(bias);
      add(0, first, even, odd, sum);
    }
    return odd;
  }

  // `src`: the element that the first output's middle tap sees.
  template <bool kMiddle>
  DEPTHWISE_INLINE void add_row(const T* src, T* dst) {
    V odd = V::load(src - V::kLanes, before);
    DEPTHWISE_UNROLL
    for (int v = 0; v < kWide - !kHalf; ++v)
      odd = add_vector<kMiddle>(src + 2 * v * V::kLanes, odd, V::Mask::first(V::kLanes), sums[v], dst + v * V::kLanes);
    const T* const at = src + 2 * last_ow;
    if constexpr (kHalf) {
      constexpr int kLanes = Half::kLanes;
      const Half odd_before = Half::load(at - kLanes, Half::Mask::range(kLanes - 1, kLanes));
      add_vector<kMiddle>(at, odd_before, last_half, half_sum, dst + last_ow);
    } else {
      const V odd_before = V::load(at - V::kLanes, V::Mask::range(V::kLanes - 1, V::kLanes));
      add_vector<kMiddle>(at, odd_before, last, sums[kWide - 1], dst + last_ow);
    }
  }
};

template <class V, int kWide, bool kHalf>
__attribute__((noinline)) void s2_wide_strip(const WideShape<typename V::Element>& shape, const WideColumns& columns,
                                             const typename V::Element* src, typename V::Element* dst,
                                             const typename V::Element* taps, typename V::Element first_sum) {
  S2Strip<V, kWide, kHalf> strip(shape, columns, taps, first_sum);
  DEPTHWISE_UNROLL
  for (int v = 0; v < kWide; ++v) strip.sums[v] = strip.bias;
  strip.half_sum = strip.bias.low();
  strip.before = V::Mask::range(columns.is_first && !shape.left ? V::kLanes : V::kLanes - 1, V::kLanes);
  const int64_t src_pitch = shape.src_pitch;
  src += 2 * columns.ow - shape.pad + 1;
  dst += columns.ow;

  // Half the products of the rows before the first output row and behind the last one are for nothing; what is stored
  // before the first one is written again. Code of their own for these rows would be as long as the loop.
  int32_t row = shape.above ? -1 : 0;
  if (!shape.above) src += src_pitch;
  for (;; ++row) {
    if (row >= 0) {
      strip.template add_row<true>(src, dst);
      src += src_pitch;
      if (row == shape.rows - 1 && !shape.below) break;
    }
    strip.template add_row<false>(src, dst);
    if (row == shape.rows - 1) return;
    src += src_pitch;
    if (row >= 0) dst += shape.dst_pitch;
  }
  DEPTHWISE_UNROLL
  for (int v = 0; v < kWide; ++v)
    clamp_at_store(strip.activation, strip.sums[v]).store(dst + (v == kWide - !kHalf ? strip.last_ow : v * V::kLanes));
  if (kHalf) clamp_at_store(strip.activation, strip.half_sum).store(dst + strip.last_ow);
}

template <class V>
constexpr WideStrips<V> kS2Strips = {
    {nullptr, nullptr, s2_wide_strip<V, 2, false>, s2_wide_strip<V, 3, false>, s2_wide_strip<V, 4, false>},
    {nullptr, nullptr, s2_wide_strip<V, 1, true>, s2_wide_strip<V, 2, true>, s2_wide_strip<V, 3, true>}};

}  // namespace
}  // namespace depthwise

#endif  // DEPTHWISE_KERNELS_DEPTHWISE2D_S2_WIDE_H_
